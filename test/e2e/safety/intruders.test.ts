import { readFile } from 'node:fs/promises';
import { type FaultReport, type InjectorMessage, keys } from '@pado/fault';
import t from 'tap';
import { agentOn, logOf, memoryOf, needsChaos, runInPod } from '../helpers/chaos.ts';
import { kubectl, kubectlJson } from '../helpers/cluster.ts';
import { deploy, podsOf, readFault, until } from '../helpers/targets.ts';
import { hitsIn, Stage, worstGapMs } from './stage.ts';

// Whoever can reach an agent's port: strangers, and pods that lie.
t.setTimeout(300_000);
const memoryLimit = 128 << 20;
/** An effect that is suspended stays so until its process has connected again. */
const blinkMs = 2_500;

interface Told {
  readonly status: number;
  readonly messages: readonly { readonly type: string; readonly target?: string; readonly uid?: string }[];
  readonly isClosed: boolean;
}

t.test("an agent's port", async (t) => {
  const source = await readFile(new URL('intruder.mjs', import.meta.url), 'utf8');
  const stage = await Stage.set(t, { apps: { web: 2 } });
  const [near, far] = stage.nodes as [string, string];
  const { namespace } = stage;
  await Promise.all([
    deploy(namespace, 'intruder', { nodeName: near }),
    deploy(namespace, 'neighbour', { nodeName: near }),
    deploy(namespace, 'distant', { nodeName: far }),
    deploy(namespace, 'bare', { nodeName: near, injected: false }),
  ]);
  const podOf = async (app: string) => (await podsOf(namespace, app))[0]!;
  const [intruder, neighbour, distant, bare] = [
    ...[await podOf('intruder'), await podOf('neighbour')],
    ...[await podOf('distant'), await podOf('bare')],
  ] as const;
  const act = <T>(args: object) => runInPod<T>(namespace, intruder.name, source, args);
  const hello = (token: string | undefined, args: object = {}) => act<Told>({ what: 'hello', token, ...args });
  const tokenOf = async (pod: string | undefined, audience = 'pado') => {
    const bound = pod === undefined ? [] : ['--bound-object-kind=Pod', `--bound-object-name=${pod}`];
    return (await kubectl('create', 'token', 'default', '-n', namespace, `--audience=${audience}`, ...bound)).trim();
  };
  const reports = async () =>
    (await kubectlJson<{ items: FaultReport[] }>('get', 'faultreports', '-n', namespace)).items.flatMap(
      ({ targets }) => targets,
    );

  await stage.act(t, 'turns strangers away', async (t) => {
    const good = await tokenOf(intruder.name);
    const [head, , signature] = good.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(good.split('.')[1]!, 'base64url').toString());
    claims['kubernetes.io'].pod = { name: neighbour.name, uid: neighbour.uid };
    const forged = [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
    const cases: [string, string, number][] = [
      ['no token', '', 401],
      ['garbage', 'not-a-token', 401],
      ['forged: the claims of another pod under a signature of its own', forged, 401],
      ['of another audience', await tokenOf(intruder.name, 'vault'), 401],
      ['not bound to a pod', await tokenOf(undefined), 401],
      ["of another node's pod", await tokenOf(distant.name), 403],
      ['of a pod without injection', await tokenOf(bare.name), 403],
    ];
    const told = await Promise.all(cases.map(([, token]) => hello(token, { waitMs: 5_000 })));
    for (const [n, [what, , status]] of cases.entries()) t.match(told[n], { status, messages: [] }, what);
    t.match(await hello(good), { status: 200, messages: [{ type: 'welcome' }] }, 'its own is taken');
  });

  await stage.act(t, 'knows a pod by its token, whatever it says', async (t) => {
    await stage.arm('on', { ttl: '120s' });
    const pods = await stage.inForce();
    const from = stage.now();
    const victim = pods.find(({ node }) => node === near)!;
    const { instance } = await until(
      'the report of the victim',
      async () => (await reports()).find(({ podUid }) => podUid === victim.uid),
      (found) => found !== undefined,
    ).then((found) => found!);
    const { metadata } = await readFault(namespace, 'on');
    const uid = metadata.uid!;
    const lies: InjectorMessage[] = [
      { type: 'state', uid, state: 'ended' },
      { type: 'evidence', uid, effects: [{ index: 0, kind: 'error', matched: 9e9, applied: 9e9, cut: 0 }] },
    ];
    const asVictim = { pod: victim.uid, labels: { 'app.kubernetes.io/name': 'web', [keys.container]: 'app' } };

    const own = await hello(undefined, { hello: asVictim, more: lies, waitMs: 3_000 });
    t.match(own.messages[0], { type: 'welcome', target: new RegExp(`^${intruder.name}/`) }, 'it is who its token says');
    t.notOk(
      own.messages.some(({ type }) => type === 'arm'),
      'labels that it claims choose it for nothing',
    );
    const borrowed = await hello(await tokenOf(neighbour.name), { hello: asVictim, more: lies });
    t.match(
      borrowed.messages[0],
      { type: 'welcome', target: new RegExp(`^${neighbour.name}/`) },
      "with another's token it is that other",
    );
    const taken = await hello(undefined, { hello: { ...asVictim, instance }, more: lies });
    t.same(
      taken.messages.filter(({ type }) => type === 'welcome'),
      [],
      "nobody takes over another pod's process",
    );
    t.ok(taken.isClosed, 'and is shown the door');

    const targets = await reports();
    t.same(
      targets.map(({ podUid }) => podUid).sort(),
      pods.map(({ uid }) => uid).sort(),
      'reports name those that were chosen, and nobody else',
    );
    const hits = hitsIn(await stage.timeline()).length;
    const { status } = await readFault(namespace, 'on');
    t.ok((status?.applied ?? 0) <= hits + 50, 'counts are those of the processes that were hit', { ...status, hits });
    const gapMs = worstGapMs(await stage.timelineOf(pods), from, stage.now());
    t.ok(gapMs < blinkMs, 'the effect had no gap', { gapMs });
  });

  await t.test('is flooded', needsChaos, async (t) => {
    const flooded = (title: string, args: object) =>
      stage.act(t, title, async (t) => {
        await stage.arm('on', { ttl: '120s' });
        const pods = await stage.inForce();
        const agent = await agentOn(near);
        const [from, since] = [stage.now(), Date.now()];
        let most = 0;
        const attack = act<object>(args);
        let isOver = false;
        attack
          .catch(() => {})
          .finally(() => {
            isOver = true;
          });
        while (!isOver) most = Math.max(most, await memoryOf(agent));
        const outcome = JSON.stringify(await attack);
        const seconds = ((Date.now() - since) / 1_000).toFixed(1);
        await stage.inForce();
        const gapMs = worstGapMs(await stage.timelineOf(pods), from, stage.now());
        const now = await memoryOf(agent);
        const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
        t.comment(
          `${outcome} in ${seconds} s; memory ${mib(most)} at most, ${mib(now)} then; longest gap ${Math.round(gapMs)} ms`,
        );
        t.ok(gapMs < blinkMs, 'the effect had no gap', { gapMs });
        t.ok(now < memoryLimit, 'memory is below the limit', { now });
        const lost = (await logOf(agent, since)).filter(
          (line) => line.includes('"target lost"') && pods.some(({ name }) => line.includes(name)),
        );
        t.same(lost, [], 'targets stayed connected');
      });
    const bytes = 100 << 20;
    await flooded('with 100 MB in the clear', { what: 'flood', how: 'plain', bytes });
    await flooded('with 100 MB inside TLS', { what: 'flood', how: 'tls', bytes });
    await flooded('with 100 MB after a token that is none', { what: 'flood', how: 'unknown', bytes });
    await flooded('with 100 MB after a valid hello, in one line', { what: 'flood', how: 'line', bytes });
    await flooded('with 30 MB after a valid hello, in short lines', { what: 'flood', how: 'lines', bytes: 30 << 20 });
    await flooded('by 1,000 connections that say nothing', {
      what: 'crowd',
      isSecure: false,
      count: 1_000,
      holdMs: 8_000,
    });
    await flooded('by 1,000 connections that say nothing inside TLS', {
      ...{ what: 'crowd', isSecure: true, count: 1_000, holdMs: 10_000 },
    });
  });
});
