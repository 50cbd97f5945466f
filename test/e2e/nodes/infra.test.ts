// Every experiment of experiments/infra that a cluster alone can run, with its weakness and with its fix, under load.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { parse, stringify } from 'yaml';
import { connect } from '../../../runner/src/kubernetes/connect.ts';
import { forward } from '../../../runner/src/kubernetes/port-forward.ts';
import { findService } from '../../../runner/src/kubernetes/service.ts';
import { select } from '../../../runner/src/providers/kubernetes/select.ts';
import { auditOrders, type LedgerLine, settled } from '../../helpers/audit.ts';
import { checkout } from '../../helpers/pado.ts';
import { needsChaos } from '../helpers/chaos.ts';
import { kubectl, namespace } from '../helpers/cluster.ts';
import {
  busiest,
  installShop,
  isReady,
  nodes,
  prepareNodes,
  rejoin,
  runFolder,
  runInfra,
  spreadOut,
} from '../helpers/infra.ts';

const infra = join(checkout, 'experiments/infra');
t.setTimeout(2_400_000);
const ns = await namespace(t, 'pado-infra');
const folder = await runFolder(t);

/** The seed by which `mode: one` takes this node of the shop's. */
function seedFor(node: string, shop: readonly string[]): number {
  for (let seed = 0; ; seed++) if (select(shop, (name) => name, { mode: 'one', seed }, '')[0] === node) return seed;
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

/** No order that a user was promised is lost, and none is there twice, unpaid or unshipped. */
async function audit(t: Test, ledger: readonly LedgerLine[]): Promise<void> {
  const client = connect({ environment: process.env, context: undefined, namespace: ns });
  try {
    const secret = await kubectl('get', 'secret', 'shop-database', '-n', ns, '-o', 'jsonpath={.data.password}');
    const service = await findService(client, [{ namespace: ns, name: 'postgres' }], '');
    using database = await forward(client, service, { note: () => {} });
    const address = `postgres://shop:${Buffer.from(secret, 'base64').toString()}@${new URL(database.url).host}/shop`;
    const late = sleep(60_000, undefined, { ref: false }).then(() => {
      throw new Error('orders were still unfinished after a minute');
    });
    await Promise.race([settled(address), late]);
    t.same(await auditOrders(address, ledger), [], 'no order is lost or doubled');
    t.ok(
      ledger.some(({ status }) => status === 201 || status === 202),
      'some were promised',
    );
  } finally {
    client.close();
  }
}

interface Case {
  readonly name: string;
  /** Takes a node: which one, and what to run for that. */
  readonly args?: (node: string, shop: readonly string[]) => Promise<readonly string[]>;
  /** The node has to be brought back. */
  readonly losesNode?: boolean;
}
const fileOf = (name: string) => join(infra, `${name}.yaml`);
const bySeed = (name: string) => async (node: string, shop: readonly string[]) => [
  ...[fileOf(name), '--var', `seed=${seedFor(node, shop)}`],
];
const cases: readonly Case[] = [
  { name: 'container-deregistered' },
  { name: 'pod-killed' },
  { name: 'node-drained', args: bySeed('node-drained') },
  { name: 'node-deleted', args: bySeed('node-deleted'), losesNode: true },
  {
    name: 'ec2-instance-stops',
    args: async (node) => [await withoutAws('ec2-instance-stops', node)],
    losesNode: true,
  },
];

t.test('infrastructure fails under load', needsChaos, async (t) => {
  const shop = await prepareNodes(t);
  const lostWithout = new Map<string, number>();
  /** Deleted, or not heard any more. */
  const gone = async () => {
    const up = new Set((await nodes()).filter(isReady).map(({ metadata }) => metadata.name));
    return new Set(shop.filter((node) => !up.has(node)));
  };
  for (const [variant, verdict] of [
    ['weak', 'deviated'],
    ['fixed', 'held'],
  ] as const) {
    await installShop(ns, join(infra, `values-${variant}.yaml`));
    for (const { name, args, losesNode = false } of cases) {
      await t.test(`${name} under values-${variant}.yaml: ${verdict}`, async (t) => {
        const node = await busiest(ns, shop);
        const run = await runInfra(t, {
          ...{ folder, ns, gone },
          args: (await args?.(node, shop)) ?? [fileOf(name)],
        }).finally(async () => {
          if (losesNode) await rejoin(shop);
          await spreadOut(ns);
        });
        const { bad, answered, ledger, reason, elsewhereMs } = run;
        const elsewhere = elsewhereMs === undefined ? '–' : `${(elsewhereMs / 1_000).toFixed(0)} s`;
        t.comment(`| ${name} | ${variant} | ${bad} of ${answered} | ${elsewhere} | ${run.verdict}: ${reason} |`);
        t.equal(run.verdict, verdict, reason);
        if (variant === 'weak') lostWithout.set(name, bad / answered);
        else {
          const without = lostWithout.get(name) ?? 0;
          t.ok(bad / answered < without, `fewer users lose than without the fix: ${bad / answered} of ${without}`);
          if (losesNode) t.ok(elsewhereMs !== undefined, 'all replicas came up elsewhere');
        }
        await audit(t, ledger);
      });
    }
  }
});
