// Every experiment of experiments/infra that a cluster alone can run, with its weakness and with its fix, under load.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { parse, stringify } from 'yaml';
import type { Journal } from '../../../runner/src/contracts.ts';
import { connect } from '../../../runner/src/kubernetes/connect.ts';
import { forward } from '../../../runner/src/kubernetes/port-forward.ts';
import { findService } from '../../../runner/src/kubernetes/service.ts';
import { auditOrders, type LedgerLine, settled } from '../../helpers/audit.ts';
import { chartFolder } from '../../helpers/helm-template.ts';
import { checkout } from '../../helpers/pado.ts';
import { chaos, needsChaos } from '../helpers/chaos.ts';
import { helm, kubectl, kubectlJson, namespace } from '../helpers/cluster.ts';
import { image, until } from '../helpers/targets.ts';

interface Node {
  readonly metadata: { readonly name: string };
  readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
}
interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const [, repository = '', tag = ''] = /^(.+):([^:/]+)$/.exec(image) ?? [];
const infra = join(checkout, 'experiments/infra');
const isReady = ({ status }: Node | Pod) =>
  status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True');
const nodes = async () => (await kubectlJson<{ items: Node[] }>('get', 'nodes')).items;

/** The first node keeps what observes; the others are the shop's, and may be harmed. */
async function prepare(t: Test): Promise<readonly string[]> {
  const [system = '', ...shop] = (await nodes()).map(({ metadata }) => metadata.name).sort();
  t.ok(shop.length >= 2, 'two nodes for the shop');
  await kubectl('label', 'node', system, 'pado.dev/role=system', '--overwrite');
  for (const one of shop) await mark(one);
  return shop;
}
const mark = (node: string) =>
  kubectl('label', 'node', node, 'pado.dev/role=shop', 'pado.dev/allow=true', '--overwrite');

t.setTimeout(2_400_000);
const ns = await namespace(t, 'pado-infra');
const folder = await mkdtemp(join(tmpdir(), 'pado-infra-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));
await writeFile(join(folder, 'package.json'), '{}');

const pods = async () =>
  (await kubectlJson<{ items: Pod[] }>('get', 'pods', '-n', ns, '-l', 'app.kubernetes.io/component=service')).items;

/** Each service anew, so that a variant is on both nodes again, whatever the last experiment did to it. */
async function install(values: string): Promise<void> {
  await helm(
    ...['upgrade', '--install', 'shop', chartFolder('shop'), '-n', ns, '--wait', '--timeout', '8m', '-f', values],
    ...['--set', `image.repository=${repository},image.tag=${tag},injection.enabled=false,prometheus.enabled=true`],
    ...['--set', 'defaults.nodeSelector.pado\\.dev/role=shop,defaults.resources.requests.cpu=10m'],
    ...[
      '--set',
      'database.postgres.nodeSelector.pado\\.dev/role=system,prometheus.nodeSelector.pado\\.dev/role=system',
    ],
  );
}
async function spreadOut(): Promise<void> {
  await kubectl('rollout', 'restart', 'deployment', '-l', 'app.kubernetes.io/component=service', '-n', ns);
  await settledDown();
}
async function settledDown(): Promise<void> {
  await kubectl(
    'rollout',
    'status',
    'deployment',
    '-l',
    'app.kubernetes.io/component=service',
    '-n',
    ns,
    '--timeout=5m',
  );
  await until(
    'only pods that stay',
    pods,
    (all) => all.every((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined),
    120_000,
  );
}

interface Run {
  readonly verdict: string;
  readonly reason: string;
  readonly bad: number;
  readonly answered: number;
  readonly ledger: readonly LedgerLine[];
  /** From the first action until all replicas were ready on nodes that live; undefined: not before the run's end. */
  readonly elsewhereMs: number | undefined;
}

/** `pado run` of a file of this folder against the shop, while somebody looks where its pods are. */
async function run(file: string, victims: () => Promise<ReadonlySet<string>>): Promise<Run> {
  const { spec } = await kubectlJson<{ spec: { clusterIP: string } }>('get', 'service', 'gateway', '-n', ns);
  const gateway = `http://${spec.clusterIP}:8080`;
  const args = ['run', file, '--kubernetes', '--namespace', ns, '--gateway', gateway];
  const child = spawn('sh', [join(checkout, 'runner/bin/pado'), ...args], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const wanted = (await pods()).length;
  let wereMissing = false;
  let allThereMs: number | undefined;
  const watching = (async () => {
    while (child.exitCode === null) {
      const gone = await victims();
      const there = (await pods()).filter((pod) => isReady(pod) && !gone.has(pod.spec.nodeName ?? '')).length;
      if (there < wanted) {
        wereMissing = true;
        allThereMs = undefined;
      } else if (wereMissing) allThereMs ??= Date.now();
      await sleep(1_000);
    }
  })();
  await once(child, 'close');
  await watching;
  const runs = join(folder, '.pado/runs');
  const last = join(runs, (await readdir(runs)).sort().at(-1) ?? '');
  const { pado } = JSON.parse(await readFile(join(last, 'journal.json'), 'utf8')) as Journal;
  if (pado.verdict === 'error') throw new Error(`${pado.reason}\n${stderr}`);
  const startMs = pado.windows.during?.startMs ?? Number.NaN;
  const elsewhereMs = allThereMs === undefined ? undefined : allThereMs - startMs;
  const summary = JSON.parse(await readFile(join(last, 'k6-summary.json'), 'utf8')) as {
    metrics: Record<string, { values?: { count?: number }; count?: number } | undefined>;
  };
  const count = (name: string) => summary.metrics[name]?.values?.count ?? summary.metrics[name]?.count ?? 0;
  const lines = (await readFile(join(last, 'ledger.ndjson'), 'utf8')).trimEnd().split('\n');
  return {
    ...{ verdict: pado.verdict, reason: pado.reason, elsewhereMs, bad: count('shop_bad') },
    answered: count('shop_good') + count('shop_degraded') + count('shop_bad'),
    ledger: lines.map((line) => JSON.parse(line) as LedgerLine),
  };
}

/** The instance is stopped by other hands: the rest of the file is as it is in the catalogue. */
async function withoutAws(name: string, node: string): Promise<string> {
  const experiment = parse(await readFile(join(infra, `${name}.yaml`), 'utf8')) as {
    method: { provider: object }[];
    extensions: { load: { script: string }; steadyState: string[] }[];
  };
  experiment.method[0]!.provider = { type: 'process', path: process.env.PADO_E2E_CHAOS, arguments: ['lose', node] };
  const [pado] = experiment.extensions;
  // Both are looked for beside the file, which is elsewhere now.
  pado!.load.script = join(checkout, 'load/shop.ts');
  pado!.steadyState = ['infra.yaml'];
  const probes = await readFile(join(checkout, 'experiments/steady-state/infra.yaml'), 'utf8');
  await writeFile(join(folder, 'infra.yaml'), probes);
  const file = join(folder, `${name}.yaml`);
  await writeFile(file, stringify(experiment));
  return file;
}

interface Case {
  readonly name: string;
  /** The file to run, where it is not that of the catalogue. */
  readonly file?: (shop: readonly string[]) => Promise<string>;
  /** Nodes whose pods do not count, although they may say that they are ready. */
  readonly victims?: (shop: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly restore?: (shop: readonly string[]) => Promise<void>;
}
const nobody = new Set<string>();
/** A node that was deleted registers again when its kubelet starts, and has to be marked again. */
async function rejoin(shop: readonly string[]): Promise<void> {
  const up = new Set((await nodes()).filter(isReady).map(({ metadata }) => metadata.name));
  for (const node of shop.filter((one) => !up.has(one))) {
    await chaos('rejoin', node);
    await until(
      'the node is back',
      nodes,
      (all) => all.some((one) => one.metadata.name === node && isReady(one)),
      90_000,
    );
    await mark(node);
  }
}
const cases: readonly Case[] = [
  { name: 'container-deregistered' },
  { name: 'pod-killed' },
  { name: 'node-drained' },
  {
    name: 'node-deleted',
    victims: async (shop) => {
      const there = (await nodes()).map(({ metadata }) => metadata.name);
      return new Set(shop.filter((one) => !there.includes(one)));
    },
    restore: rejoin,
  },
  {
    name: 'ec2-instance-stops',
    file: (shop) => withoutAws('ec2-instance-stops', shop.at(-1)!),
    victims: async () => {
      const down = (await nodes()).filter((node) => !isReady(node));
      return new Set(down.map(({ metadata }) => metadata.name));
    },
    restore: rejoin,
  },
];

t.test('infrastructure fails under load', needsChaos, async (t) => {
  const shop = await prepare(t);
  const client = connect({ environment: process.env, context: undefined, namespace: ns });
  t.teardown(() => client.close());
  const lost = new Map<string, number>();
  t.teardown(() => rejoin(shop));
  for (const [variant, verdict] of [
    ['weak', 'deviated'],
    ['fixed', 'held'],
  ] as const) {
    await install(join(infra, `values-${variant}.yaml`));
    for (const { name, file, victims = async () => nobody, restore } of cases) {
      await t.test(`${name} under values-${variant}.yaml: ${verdict}`, async (t) => {
        const path = (await file?.(shop)) ?? join(infra, `${name}.yaml`);
        const ran = await run(path, () => victims(shop));
        const elsewhere = ran.elsewhereMs === undefined ? '–' : `${(ran.elsewhereMs / 1_000).toFixed(1)} s`;
        t.comment(`${ran.bad} of ${ran.answered} lost, all replicas ready elsewhere after ${elsewhere}: ${ran.reason}`);
        t.equal(ran.verdict, verdict, ran.reason);
        lost.set(`${name} ${variant}`, ran.bad / ran.answered);
        await restore?.(shop);
        await spreadOut();
        if (variant === 'fixed') {
          const weak = lost.get(`${name} weak`) ?? 0;
          t.ok(ran.bad / ran.answered < weak, `fewer are lost than without the fix: ${weak}`);
          if (victims !== undefined && restore !== undefined)
            t.ok(ran.elsewhereMs !== undefined, 'all came up elsewhere');
        }
        await t.test('no order is lost or doubled', async (t) => {
          const password = (
            await kubectl('get', 'secret', 'shop-database', '-n', ns, '-o', 'jsonpath={.data.password}')
          ).trim();
          const service = await findService(client, [{ namespace: ns, name: 'postgres' }], '');
          using database = await forward(client, service, { note: () => {} });
          const url = new URL(database.url);
          const address = `postgres://shop:${Buffer.from(password, 'base64').toString()}@${url.host}/shop`;
          await Promise.race([
            settled(address),
            sleep(60_000, undefined, { ref: false }).then(() => {
              throw new Error('orders were still unfinished after a minute');
            }),
          ]);
          t.same(await auditOrders(address, ran.ledger), []);
          t.ok(ran.ledger.filter(({ status }) => status === 201 || status === 202).length > 0, 'some were promised');
        });
      });
    }
  }
});
