import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { kubectl, namespace } from './helpers/cluster.ts';

/** A target's dead-man's time after the last word of its agent. */
const deadManMs = 5_000;

interface Line {
  readonly at: number;
  readonly event: 'held' | 'dropped' | 'calls';
  readonly pod: string;
  readonly calls?: Readonly<Record<string, number>>;
}

/** The API server with the credentials of any kubeconfig, on loopback. */
async function proxy(t: Test): Promise<string> {
  const child = spawn('kubectl', ['proxy', '--port=0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill());
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return `http://${/127\.0\.0\.1:\d+/.exec(line)?.[0]}`;
}

function holder(t: Test, args: readonly string[], lines: Line[]) {
  const script = new URL('leases-holder.ts', import.meta.url).pathname;
  const child: ChildProcess = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  const input = createInterface({ input: child.stdout! });
  input.on('line', (line) => lines.push(JSON.parse(line) as Line));
  const until = async (fits: (line: Line) => boolean): Promise<Line> => {
    for (;;) {
      const [text] = (await once(input, 'line')) as [string];
      const line = JSON.parse(text) as Line;
      if (fits(line)) return line;
    }
  };
  return { child, until };
}

interface Span {
  readonly pod: string;
  readonly from: number;
  to: number;
}

/** From each first word that arms a target until it was told to stop, or its dead-man's time was over. */
function spans(lines: readonly Line[], pod: string): Span[] {
  const found: Span[] = [];
  for (const { at, event } of lines.filter((line) => line.pod === pod)) {
    const last = found.at(-1);
    const goesOn = last !== undefined && at < last.to;
    if (event === 'held' && goesOn) last.to = at + deadManMs;
    else if (event === 'held') found.push({ pod, from: at, to: at + deadManMs });
    else if (event === 'dropped' && goesOn) last.to = at;
  }
  return found;
}

t.test('two agents, one slot, one of them frozen: never two pods', async (t) => {
  const ns = await namespace(t);
  const server = await proxy(t);
  const uid = randomUUID();
  const lines: Line[] = [];
  const startedAt = performance.now();
  const one = holder(t, [server, ns, uid, 'node-1', 'pod-1'], lines);
  await one.until(({ event }) => event === 'held');
  const two = holder(t, [server, ns, uid, 'node-2', 'pod-2'], lines);
  // A calm minute, for the traffic and for the second one to have seen the first one's lease.
  await sleep(30_000);

  // Too short for the other one to be sure of a lease that was renewed just before, or just long enough.
  one.child.kill('SIGSTOP');
  await sleep(12_000);
  one.child.kill('SIGCONT');
  await sleep(8_000);

  // As long as it takes for the other one.
  const winner = lines.findLast(({ event }) => event === 'held')!.pod;
  const [frozen, other] = winner === 'pod-1' ? [one, two] : [two, one];
  const taken = other.until(({ event }) => event === 'held');
  frozen.child.kill('SIGSTOP');
  await taken;
  const thawedAt = lines.length;
  frozen.child.kill('SIGCONT');
  await sleep(8_000);
  t.notOk(
    lines.slice(thawedAt).some(({ event, pod }) => event === 'held' && pod === winner),
    'who thaws does not believe that it still holds',
  );
  const minutes = (performance.now() - startedAt) / 60_000;

  const ended = [one, two].map(({ child }) => once(child, 'exit'));
  for (const { child } of [one, two]) child.kill('SIGTERM');
  await Promise.all(ended);
  const found = [...spans(lines, 'pod-1'), ...spans(lines, 'pod-2')].sort((a, b) => a.from - b.from);
  const origin = found[0]!.from;
  const second = (at: number) => `${((at - origin) / 1_000).toFixed(2)} s`;
  for (const { pod, from, to } of found) t.comment(`${pod} may have acted from ${second(from)} to ${second(to)}`);
  found.slice(1).forEach((span, index) => {
    const before = found[index]!;
    t.ok(span.from >= before.to, `${(span.from - before.to).toFixed(0)} ms between ${before.pod} and ${span.pod}`);
  });
  t.same([...new Set(found.map(({ pod }) => pod))].sort(), ['pod-1', 'pod-2'], 'each had its turn');

  const calls = lines.filter(({ event }) => event === 'calls').map((line) => line.calls ?? {});
  const perMinute = (method: string) => calls.reduce((sum, each) => sum + (each[method] ?? 0), 0) / minutes;
  t.comment(
    `requests a minute: ${['PUT', 'GET', 'POST'].map((verb) => `${perMinute(verb).toFixed(1)} ${verb}`).join(', ')}`,
  );
  t.ok(perMinute('PUT') <= 40, 'the holder renews every 2 s');
  t.ok(perMinute('GET') <= 25, 'who waits lists every 5 s');
  t.equal(await kubectl('-n', ns, 'get', 'leases', '-o', 'name'), '', 'both have released');
});
