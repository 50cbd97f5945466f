import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { chartFolder, template } from '../../helpers/helm-template.ts';
import { kubectl, kubectlWith } from '../helpers/cluster.ts';

/** A folder with Karpenter's CRDs: that of the variable, or the checkout's neighbour. */
const neighbour = fileURLToPath(new URL('../../../../shared/schemas', import.meta.url));
const crds = process.env.PADO_E2E_CRDS ?? neighbour;
const skip = existsSync(crds) ? false : "no folder with Karpenter's CRDs: set PADO_E2E_CRDS";

t.setTimeout(60_000);

t.test(
  "the API server takes the chart by Karpenter's CRDs, and refuses what their rules forbid",
  { skip },
  async (t) => {
    const files = (await readdir(crds)).filter((file) =>
      /^karpenter\..*(nodepools|ec2nodeclasses)\.crd\.yaml$/.test(file),
    );
    t.equal(files.length, 2);
    // They stay, as an operator's would: another test may use them.
    for (const file of files) {
      await kubectl('apply', '--server-side', '--force-conflicts', '-f', join(crds, file));
      await kubectl('wait', '--for=condition=Established', '--timeout=60s', '-f', join(crds, file));
    }
    const dry = ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '--validate=strict'];
    const folder = `${chartFolder('karpenter-nodes')}ci/`;
    for (const file of await readdir(folder)) {
      const { code, stderr } = await kubectlWith(await template('karpenter-nodes', '-f', `${folder}${file}`), ...dry);
      t.same({ code, stderr }, { code: 0, stderr: '' }, file);
    }
    const role = await template('karpenter-nodes', '--set', 'clusterName=pado');
    const refused = await kubectlWith(role.replace('- alias: al2023@latest', '- id: x'), ...dry);
    t.not(refused.code, 0, 'an image that is no AMI');
  },
);
