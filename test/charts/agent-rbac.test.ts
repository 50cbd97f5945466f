import { readdir, readFile } from 'node:fs/promises';
import t from 'tap';
import { agentCalls, allows, rightsOf, textOf } from '../helpers/agent-calls.ts';
import { manifests, noHelm, template } from '../helpers/helm-template.ts';

const skip = await noHelm();
const sources = new URL('../../agent/daemon/src/kubernetes/', import.meta.url);
/** The client itself asks for nothing of its own, but the API server's version, which everyone may. */
const client = /^api\//;

const roles = async () =>
  (await manifests('agent')).filter(
    ({ kind, metadata }) => /^(Cluster)?Role$/.test(kind) && metadata.name === 'pado-agent',
  );
const rights = async () => (await roles()).flatMap((role) => rightsOf(role as never));
const calls = Object.values(agentCalls).flatMap(({ calls }) =>
  calls.flatMap((call) => call.verbs.map((verb) => ({ call, verb }))),
);

t.test('the table names every place of the sources that asks the API server', async (t) => {
  const files = (await readdir(sources, { recursive: true })).filter(
    (file) => file.endsWith('.ts') && !client.test(file),
  );
  for (const file of files) {
    const text = await readFile(new URL(file, sources), 'utf8');
    const places =
      text.match(/(?<!const )\b(?:(?:api|records)\s*\.(request|watch)\b|createInformer[<(]|deleteLease\()/g) ?? [];
    t.equal(places.length, agentCalls[file]?.places ?? 0, file);
  }
  for (const file of Object.keys(agentCalls)) t.ok(files.includes(file), `${file} is there`);
});

t.test('the agent may do what it does', { skip }, async (t) => {
  const given = await rights();
  for (const { call, verb } of calls)
    t.ok(
      given.some((right) => allows(right, call, verb)),
      `${verb} ${call.resource} ${call.name ?? ''}: else ${call.for}`,
    );
});

t.test('the agent may do no more than it does, and nothing twice', { skip }, async (t) => {
  const given = await rights();
  for (const right of given) {
    const served = calls.filter(({ call, verb }) => allows(right, call, verb));
    t.ok(served.length > 0, `${textOf(right)} is used`);
    const others = given.filter((other) => other !== right);
    t.notOk(
      served.every(({ call, verb }) => others.some((other) => allows(other, call, verb))),
      `${textOf(right)} is needed`,
    );
  }
});

t.test('no role has a wildcard or may read Secrets of others', { skip }, async (t) => {
  for (const right of await rights()) {
    t.notMatch(textOf(right), /\*/);
    if (right.resource === 'secrets')
      t.ok(right.where === 'own' && (right.name !== undefined || right.verb === 'create'));
  }
});

/** Of the providers kubernetes and aws: what they ask of the API server, in the runner's namespace or of all. */
const ofInfrastructure = [
  ...['nodes get', 'nodes list', 'nodes patch', 'nodes delete', 'pods get', 'pods list', 'pods/eviction create'],
  'nodeclaims get',
];
const inNamespace = ['pods delete', 'deployments get', 'deployments list', 'deployments patch', 'endpointslices list'];

t.test(
  'the runner may take nodes only where that is wanted, and then no more than its providers do',
  { skip },
  async (t) => {
    interface Role {
      readonly kind: string;
      readonly metadata: { readonly name: string };
      readonly rules: readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[];
    }
    const rolesOf = async (infrastructure: boolean) => {
      const values = `runner.create=true,runner.infrastructure=${infrastructure}`;
      const all = (await manifests('agent', '--set', values)) as unknown as Role[];
      const of = (kind: string) =>
        all
          .filter((one) => one.kind === kind && one.metadata.name === 'pado-runner')
          .flatMap(({ rules }) => rules)
          .flatMap(({ resources, verbs }) => resources.flatMap((what) => verbs.map((verb) => `${what} ${verb}`)));
      return { role: of('Role'), cluster: of('ClusterRole') };
    };
    const plain = await rolesOf(false);
    t.same(plain.cluster, []);
    for (const right of inNamespace) t.notOk(plain.role.includes(right), right);
    const more = await rolesOf(true);
    t.same(more.cluster.sort(), [...ofInfrastructure].sort());
    t.same(more.role.filter((right) => !plain.role.includes(right)).sort(), [...inNamespace].sort());
  },
);

t.test('each rule has its reason above it', { skip }, async (t) => {
  const text = await template('agent', '--set', 'runner.create=true,runner.infrastructure=true');
  const lines = text.split('\n');
  const rules = lines.flatMap((line, index) => (/^ {2}- apiGroups:/.test(line) ? [index] : []));
  t.ok(rules.length > 15);
  const role = (index: number) => lines.slice(0, index).findLast((line) => /^ {2}name:/.test(line));
  for (const index of rules) {
    if (/name: pado-(edit|view)/.test(role(index) ?? '')) continue;
    t.match(lines[index - 1], /^ {2}#/, lines.slice(index, index + 3).join(' '));
  }
});
