import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import t from 'tap';
import { parse } from 'yaml';
import { versions } from '../../runner/src/eks/versions.ts';

const root = new URL('../../', import.meta.url);
const schemaFile = new URL('../shared/schemas/eksctl-v1alpha5.schema.json', root);
/** The schemas of other projects are not copied: where the checkout has no neighbour that holds them, this is left out. */
const skip = existsSync(schemaFile)
  ? false
  : 'there is no ../shared/schemas with the schema of eksctl beside the checkout';
const names = ['eks.yml', 'eks-fargate.yml', 'eks-auto.yml'] as const;
const text = (name: string) => readFile(new URL(name, root), 'utf8');
// biome-ignore lint/suspicious/noExplicitAny: a file of another project's format, of which tests state what it has to be
const load = async (name: string): Promise<any> => parse(await text(name));

t.test('each file is valid for eksctl, and a slip in it is found', { skip }, async (t) => {
  const ajv = new Ajv({ strict: false, logger: false, validateFormats: false });
  const validate = ajv.compile(JSON.parse(await readFile(schemaFile, 'utf8')));
  for (const name of names) t.ok(validate(await load(name)), `${name}: ${JSON.stringify(validate.errors)}`);
  const wrong = await load('eks.yml');
  wrong.managedNodeGroups[0].labelz = {};
  t.notOk(validate(wrong), 'the schema refuses unknown fields');
});

t.test('each is of a version in standard support, bears our tag, and says what it costs and when', async (t) => {
  for (const name of names) {
    const { metadata, upgradePolicy, vpc } = await load(name);
    t.equal(metadata.version, '1.35', name);
    t.equal(metadata.tags['pado.dev/workshop'], 'true', name);
    t.equal(upgradePolicy.supportType, 'STANDARD', name);
    t.equal(vpc.nat.gateway, 'Single', name);
    t.match(await text(name), /an estimate of \w+ \d{4} in USD by the list prices/, name);
  }
  const clusters = await Promise.all(names.map(async (name) => (await load(name)).metadata.name));
  t.same(new Set(clusters).size, names.length, 'three clusters can be told apart');
});

t.test(
  'no account id, no Karpenter block of eksctl, no repair of nodes, no tag that lets system nodes be failed',
  async (t) => {
    for (const name of names) {
      const file = await load(name);
      t.notMatch(await text(name), /\d{12}/, name);
      t.equal(file.karpenter, undefined, name);
      for (const group of file.managedNodeGroups ?? []) {
        t.equal(group.nodeRepairConfig, undefined, name);
        t.notOk('pado.dev/allow' in (group.tags ?? {}), name);
        t.equal(group.labels['pado.dev/role'], 'system', name);
      }
    }
  },
);

t.test('the discovery tag is the name of the cluster', async (t) => {
  const { metadata } = await load('eks.yml');
  t.equal(metadata.tags['karpenter.sh/discovery'], metadata.name);
});

t.test('the rights of the runner in eks.yml are those of iam/runner.json', async (t) => {
  const [runner, ...more] = (await load('eks.yml')).iam.podIdentityAssociations;
  t.same(more, []);
  t.same([runner.namespace, runner.serviceAccountName], ['shop', 'pado-runner']);
  t.same(runner.permissionPolicy, JSON.parse(await text('charts/karpenter-nodes/iam/runner.json')));
  for (const file of ['values-agent.yaml', 'values-agent-fargate.yaml'])
    t.equal((await load(`charts/karpenter-nodes/${file}`)).runner.namespace, runner.namespace, file);
});

t.test('what the scripts install is new enough for this Kubernetes', (t) => {
  const [major = 0, minor = 0] = versions.karpenter.split('.').map(Number);
  t.ok(major === 1 && minor >= 9, 'Kubernetes 1.35 needs Karpenter 1.9');
  t.end();
});
