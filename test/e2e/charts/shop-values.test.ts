import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { template, valuesFiles } from '../../helpers/helm-template.ts';
import { kubectl, kubectlWith, namespace } from '../helpers/cluster.ts';

/** A folder with the operators' CRDs; without it, what they define is left out. */
const crds = process.env.PADO_E2E_CRDS;
const operators = crds
  ? ['monitoring.coreos.com/v1/ServiceMonitor', 'k6.io/v1alpha1/TestRun'].flatMap((one) => ['--api-versions', one])
  : [];

t.setTimeout(300_000);

t.test('the API server takes every combination of values, without a warning under restricted', async (t) => {
  for (const file of crds ? await readdir(crds) : []) {
    if (!/servicemonitors|testruns/.test(file)) continue;
    await kubectl('apply', '--server-side', '-f', join(crds ?? '', file));
    await kubectl('wait', '--for=condition=Established', '--timeout=60s', '-f', join(crds ?? '', file));
  }
  const ns = await namespace(t, 'pado-shop-dry', { 'pod-security.kubernetes.io/warn': 'restricted' });
  // A pod is refused when its account is not there, and a dry run makes none.
  await kubectl('create', 'serviceaccount', 'pado-shop-test-injection', '-n', ns);
  const args = ['apply', '-n', ns, '--server-side', '--force-conflicts', '--dry-run=server'];
  for (const file of await valuesFiles('shop')) {
    const text = await template('shop', '-n', ns, '-f', file, ...operators);
    const { code, stderr } = await kubectlWith(text, ...args);
    t.same({ code, stderr }, { code: 0, stderr: '' }, file.split('/').at(-1) ?? file);
  }
});
