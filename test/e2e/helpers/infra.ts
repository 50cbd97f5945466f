// A shop on nodes that may be harmed, and `pado run` against it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import type { Journal } from '../../../runner/src/contracts.ts';
import type { LedgerLine } from '../../helpers/audit.ts';
import { chartFolder } from '../../helpers/helm-template.ts';
import { checkout } from '../../helpers/pado.ts';
import { chaos } from './chaos.ts';
import { helm, kubectl, kubectlJson } from './cluster.ts';
import { imageValues, until } from './targets.ts';

type Conditions = readonly { readonly type: string; readonly status: string }[];
interface Node {
  readonly metadata: { readonly name: string };
  readonly status: { readonly conditions?: Conditions };
}
interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly deletionTimestamp?: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly conditions?: Conditions };
}

const services = 'app.kubernetes.io/component=service';
export const isReady = ({ status }: Node | Pod): boolean =>
  status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
export const nodes = async (): Promise<readonly Node[]> => (await kubectlJson<{ items: Node[] }>('get', 'nodes')).items;
export const podsOf = async (ns: string): Promise<readonly Pod[]> =>
  (await kubectlJson<{ items: Pod[] }>('get', 'pods', '-n', ns, '-l', services)).items;

const marks = ['pado.dev/role', 'pado.dev/allow'];
const mark = (node: string) =>
  kubectl('label', 'node', node, 'pado.dev/role=shop', 'pado.dev/allow=true', '--overwrite');

/** The first node keeps what observes; the others are the shop's until the test ends, and may be harmed. */
export async function prepareNodes(t: Test): Promise<readonly string[]> {
  const [system = '', ...shop] = (await nodes()).map(({ metadata }) => metadata.name).sort();
  if (shop.length < 2) throw new Error('the shop needs two nodes besides the one that observes');
  t.teardown(async () => {
    await rejoin(shop);
    await kubectl('label', 'node', system, ...shop, ...marks.map((key) => `${key}-`));
  });
  await kubectl('label', 'node', system, 'pado.dev/role=system', '--overwrite');
  for (const one of shop) await mark(one);
  return shop;
}

/** A node that was lost or deleted registers again when its kubelet starts, and is marked anew. */
export async function rejoin(shop: readonly string[]): Promise<void> {
  const up = new Set((await nodes()).filter(isReady).map(({ metadata }) => metadata.name));
  for (const node of shop.filter((one) => !up.has(one))) {
    await chaos('rejoin', node);
    const isBack = (all: readonly Node[]) => all.some((one) => one.metadata.name === node && isReady(one));
    await until('the node is back', nodes, isBack, 90_000);
    await mark(node);
  }
}

/** Installs the shop on the marked nodes, with values of experiments/infra; an upgrade when it is there. */
export async function installShop(ns: string, values: string): Promise<void> {
  await helm(
    ...['upgrade', '--install', 'shop', chartFolder('shop'), '-n', ns, '--wait', '--timeout', '8m', '-f', values],
    ...['--set', `${imageValues},injection.enabled=false,prometheus.enabled=true`],
    ...['--set', 'defaults.nodeSelector.pado\\.dev/role=shop,defaults.resources.requests.cpu=10m'],
    ...[
      '--set',
      'database.postgres.nodeSelector.pado\\.dev/role=system,prometheus.nodeSelector.pado\\.dev/role=system',
    ],
  );
}

/** Every pod anew, so that the replicas are on both nodes again, whatever has pushed them together. */
export async function spreadOut(ns: string): Promise<void> {
  await kubectl('rollout', 'restart', 'deployment', '-l', services, '-n', ns);
  await kubectl('rollout', 'status', 'deployment', '-l', services, '-n', ns, '--timeout=5m');
  const isStill = (all: readonly Pod[]) =>
    all.every((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined);
  await until('only pods that stay', () => podsOf(ns), isStill, 120_000);
}

/** The node of the shop that bears most of its pods: with one replica each, what users need is surely there. */
export async function busiest(ns: string, shop: readonly string[]): Promise<string> {
  const pods = await podsOf(ns);
  const load = (node: string) => pods.filter(({ spec }) => spec.nodeName === node).length;
  const [first = ''] = [...shop].sort((a, b) => load(b) - load(a));
  if (load(first) === 0) throw new Error(`no pod of the shop is on ${shop.join(' or ')}`);
  return first;
}

export interface InfraRun {
  readonly verdict: string;
  readonly reason: string;
  /** Pages and checkouts that users did not get. */
  readonly bad: number;
  readonly answered: number;
  readonly ledger: readonly LedgerLine[];
  /** From the first action until all replicas were ready on nodes that live; undefined: not before the run's end. */
  readonly elsewhereMs: number | undefined;
}

/** A folder to run in, which is gone afterwards. */
export async function runFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pado-infra-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'package.json'), '{}');
  return folder;
}

interface RunOptions {
  readonly folder: string;
  readonly ns: string;
  readonly args: readonly string[];
  /** Nodes whose pods do not count, although they may still say that they are ready. */
  readonly gone: () => Promise<ReadonlySet<string>>;
}

/** `pado run` of a file against the shop, while somebody looks where its pods are. */
export async function runInfra(t: Test, { folder, ns, args, gone }: RunOptions): Promise<InfraRun> {
  const { spec } = await kubectlJson<{ spec: { clusterIP: string } }>('get', 'service', 'gateway', '-n', ns);
  const where = ['--kubernetes', '--namespace', ns, '--gateway', `http://${spec.clusterIP}:8080`];
  const wanted = (await podsOf(ns)).length;
  const child = spawn('sh', [join(checkout, 'runner/bin/pado'), 'run', ...args, ...where], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.teardown(() => child.kill('SIGTERM'));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const over = new AbortController();
  const watching = watch({ ns, wanted, gone, signal: over.signal });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  over.abort();
  const allThereMs = await watching;
  // Held or deviated: whatever else came of it has no verdict to look at.
  if (exitCode !== 0 && exitCode !== 1) throw new Error(`pado run ended with ${exitCode}: ${stderr}`);
  const runs = join(folder, '.pado/runs');
  const last = join(runs, (await readdir(runs)).sort().at(-1) ?? '');
  const { pado } = JSON.parse(await readFile(join(last, 'journal.json'), 'utf8')) as Journal;
  const { metrics } = JSON.parse(await readFile(join(last, 'k6-summary.json'), 'utf8')) as {
    metrics: Record<string, { count?: number } | undefined>;
  };
  const count = (name: string) => metrics[name]?.count ?? 0;
  const lines = (await readFile(join(last, 'ledger.ndjson'), 'utf8')).split('\n').filter((line) => line.endsWith('}'));
  await rm(last, { recursive: true });
  return {
    ...{ verdict: pado.verdict, reason: pado.reason, bad: count('shop_bad') },
    answered: count('shop_good') + count('shop_degraded') + count('shop_bad'),
    ledger: lines.map((line) => JSON.parse(line) as LedgerLine),
    elsewhereMs: allThereMs === undefined ? undefined : allThereMs - (pado.windows.during?.startMs ?? Number.NaN),
  };
}

/** Until the signal aborts; resolves with the moment from which on all pods were there again, if some were missing. */
async function watch({
  ns,
  wanted,
  gone,
  signal,
}: Pick<RunOptions, 'ns' | 'gone'> & { readonly wanted: number; readonly signal: AbortSignal }) {
  let wereMissing = false;
  let allThereMs: number | undefined;
  while (!signal.aborted) {
    // A question that fails is asked again: the API server is on a machine that is busy.
    const [pods, away] = await Promise.all([podsOf(ns), gone()]).catch(() => [undefined, undefined] as const);
    if (pods !== undefined) {
      const there = pods.filter((pod) => isReady(pod) && !away.has(pod.spec.nodeName ?? '')).length;
      if (there < wanted) [wereMissing, allThereMs] = [true, undefined];
      else if (wereMissing) allThereMs ??= Date.now();
    }
    await sleep(1_000, undefined, { signal }).catch(() => {});
  }
  return allThereMs;
}
