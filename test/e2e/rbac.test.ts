import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultReport, names, type ReportedTarget, tokenAudience } from '@pado/fault';
import t, { type Test } from 'tap';
import { agentCalls, allows, type Right, rightsOf, textOf } from '../helpers/agent-calls.ts';
import { type Manifest, manifests } from '../helpers/helm-template.ts';
import { apiOf, broadFault, confined, connect, startAgent, surroundings } from './helpers/agent-run.ts';
import { apply, kubectl, kubectlJson, namespace } from './helpers/cluster.ts';

/** What is asked for only when something was there before. */
const before: Readonly<Record<string, (namespace: string) => object>> = {
  'update secrets': (namespace) => ({
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: names.caSecret, namespace } },
  }),
  'update configmaps': (namespace) => ({
    ...{
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: names.caBundle, namespace },
      data: { 'ca.crt': 'old' },
    },
  }),
};
const patienceMs = 20_000;

const chart = await manifests('agent');
const [accountRole, ownRole] = ['ClusterRole', 'Role'].map((kind) =>
  chart.find((one) => one.kind === kind && one.metadata.name === 'pado-agent'),
) as [Manifest, Manifest];
const rights = [accountRole, ownRole].flatMap((role) => rightsOf(role as never).map((right) => ({ role, right })));

/** The role's rules, each verb and resource on its own, without one right. */
const rulesWithout = (role: Manifest, without: Right | undefined): object[] =>
  rightsOf(role as never)
    .filter((right) => without === undefined || textOf(right) !== textOf(without))
    .map(({ verb, resource, name }) => {
      const [full = '', sub] = resource.split('/');
      const [kind = '', ...group] = full.split('.');
      return {
        ...{ apiGroups: [group.join('.')], resources: [sub === undefined ? kind : `${kind}/${sub}`], verbs: [verb] },
        ...(name === undefined ? {} : { resourceNames: [name] }),
      };
    });

/** An account in the namespace with the chart's roles but for one right. */
async function account(t: Test, namespace: string, without?: Right): Promise<void> {
  const group = 'rbac.authorization.k8s.io';
  const subjects = [{ kind: 'ServiceAccount', name: 'agent', namespace }];
  t.teardown(() => kubectl('delete', 'clusterrole,clusterrolebinding', namespace, '--ignore-not-found'));
  await apply({
    ...{ apiVersion: 'v1', kind: 'List' },
    items: [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'agent', namespace } },
      ...[accountRole, ownRole].flatMap((role) => {
        const isWide = role.kind === 'ClusterRole';
        const metadata = isWide ? { name: namespace } : { name: 'agent', namespace };
        const rules = rulesWithout(role, (without?.where === 'any') === isWide ? without : undefined);
        return [
          { apiVersion: `${group}/v1`, kind: role.kind, metadata, rules },
          {
            ...{ apiVersion: `${group}/v1`, kind: `${role.kind}Binding`, metadata, subjects },
            roleRef: { apiGroup: group, kind: role.kind, name: metadata.name },
          },
        ];
      }),
    ],
  });
}

async function untilReported(namespace: string, wanted: Partial<ReportedTarget>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { items } = await kubectlJson<{ items: FaultReport[] }>('get', 'faultreports', '-n', namespace);
    const target = items[0]?.targets[0] as Readonly<Record<string, unknown>> | undefined;
    if (Object.entries(wanted).every(([name, value]) => target?.[name] === value)) return;
    await sleep(200);
  }
}

/** What was refused to an agent that lived through everything; ends early at the first refusal of what is awaited. */
async function live(t: Test, without?: Right): Promise<Set<string>> {
  const of = await namespace(t, 'pado-rbac');
  const awaited = without === undefined ? undefined : `${without.verb} ${without.resource}`;
  await account(t, of, without);
  await apply({ apiVersion: 'v1', kind: 'List', items: surroundings(of) });
  const running = JSON.stringify({ status: { phase: 'Running' } });
  await kubectl('patch', 'pod', 'target', '-n', of, '--subresource=status', '--type=merge', '-p', running);
  const earlier = before[awaited ?? '']?.(of);
  if (earlier !== undefined) await apply(earlier);
  const bound = ['--bound-object-kind=Pod', '--bound-object-name=target', `--audience=${tokenAudience}`];
  const token = (await kubectl('create', 'token', 'default', '-n', of, ...bound)).trim();

  const refused = new Set<string>();
  const enough = Promise.withResolvers<void>();
  const isEnough = () => (awaited === undefined ? refused.size > 0 : refused.has(awaited));
  const api = confined(await apiOf(of, 'agent'), of, (what) => {
    refused.add(what);
    if (isEnough()) enough.resolve();
  });
  const over = new AbortController();
  const timer = setTimeout(() => enough.resolve(), patienceMs);
  const within = <T>(work: Promise<T>): Promise<T | undefined> =>
    Promise.race([work, enough.promise.then(() => undefined)]);
  /** The agent's own report, for the status may be another agent's: its first target is so. */
  const reported = (wanted: Partial<ReportedTarget>) => within(untilReported(of, wanted, over.signal));
  // One that may not read what it needs never begins; then the refusal is the answer.
  const starting = startAgent(api, of);
  starting.catch(() => {});
  const agent = await within(starting);
  if (agent !== undefined) {
    connect(agent.port, of, token, over.signal);
    await apply(broadFault(of));
    await reported({ state: 'armed' });
    if (!isEnough()) {
      await kubectl('patch', 'fault', 'broad', '-n', of, '--type=merge', '-p', '{"spec":{"stopped":true}}');
      await reported({ recovered: true });
      if (awaited !== undefined) await enough.promise;
    }
    await agent.close();
  } else {
    // With the right it goes on by itself, and can be told to leave.
    await account(t, of);
    await (await starting).close();
  }
  clearTimeout(timer);
  over.abort();
  api.close();
  return refused;
}

// Each has a namespace, an account and an agent of its own, and waits most of the time.
t.jobs = 4;

t.test('with all rights nothing is refused to the agent', async (t) => {
  t.same([...(await live(t))], []);
});

for (const { right } of rights) {
  const { for: consequence } = Object.values(agentCalls)
    .flatMap(({ calls }) => calls)
    .find((call) => call.verbs.includes(right.verb) && allows(right, call, right.verb)) ?? { for: '' };
  t.test(`without ${textOf(right)}: ${consequence}`, { buffered: true }, async (t) => {
    const refused = await live(t, right);
    t.ok(refused.has(`${right.verb} ${right.resource}`), `refused: ${[...refused].join(', ')}`);
  });
}
