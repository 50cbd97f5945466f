import { faultDefinition, faultReportDefinition } from '../../../agent/fault/crd.ts';
import { kubectl, kubectlWith } from './cluster.ts';

/** Makes Fault and FaultReport known to the cluster; they stay, since other tests share them. */
export async function installResources(): Promise<void> {
  const items = [faultDefinition, faultReportDefinition];
  const { code, stderr } = await kubectlWith(
    { apiVersion: 'v1', kind: 'List', items },
    ...['apply', '--server-side', '--force-conflicts', '--field-manager=pado'],
  );
  if (code !== 0) throw new Error(`kubectl apply of the CRDs: ${stderr}`);
  const names = items.map(({ metadata }) => `crd/${metadata.name}`);
  await kubectl('wait', '--for=condition=Established', '--timeout=60s', ...names);
}
