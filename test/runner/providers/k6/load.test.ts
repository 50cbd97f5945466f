import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { startLoad } from '../../../../runner/src/providers/k6/load.ts';
import type { Prometheus } from '../../../../runner/src/providers/prometheus.ts';

/** A program in k6's place that does `lines`; SUMMARY is the file that it was told to write, READY makes it seem to iterate. */
async function start(t: Test, lines: string) {
  const directory = t.testdir();
  const k6 = join(directory, 'k6');
  const ready = join(directory, 'ready');
  const variables = `SUMMARY=${join(directory, 'k6-summary.json')}\nREADY=${ready}`;
  await writeFile(k6, `#!/bin/sh\n${variables}\n${lines}\n`);
  await chmod(k6, 0o755);
  return startLoad({
    ...{ k6, directory, script: 'x.ts', name: 'x.ts', env: {}, testId: 'x' },
    prometheusUrl: 'http://127.0.0.1:1',
    prometheus: { number: async () => (existsSync(ready) ? 1 : null) } as unknown as Prometheus,
    signal: AbortSignal.timeout(30_000),
  });
}
const untilAsked = (end: string) => `trap 'kill $child; ${end}; exit 0' INT; sleep 60 & child=$!; touch "$READY"; wait`;

t.test('a k6 that prints garbage and ends is told with the end of its log', async (t) => {
  const running = start(t, 'head -c 3000 /dev/urandom; echo; echo "cannot bind 127.0.0.1:6565"; exit 1');
  await t.rejects(running, { code: 'ERR_PADO_K6', message: /ended before.*exit code 1.*cannot bind 127/s });
});

t.test('a program that cannot be started at all is named', async (t) => {
  const options = { directory: t.testdir(), script: 'x.ts', name: 'x.ts', env: {}, testId: 'x' };
  const prometheus = { number: async () => null } as unknown as Prometheus;
  const running = startLoad({
    ...{ ...options, k6: '/no/such/k6', prometheus, prometheusUrl: 'http://127.0.0.1:1' },
    signal: AbortSignal.timeout(30_000),
  });
  await t.rejects(running, { message: /\/no\/such\/k6|k6 has ended|could not be started/ });
});

for (const [fact, write, message] of [
  ['writes no summary', ':', /left no summary/],
  ['writes half of one', 'echo {metrics > "$SUMMARY"', /left no summary/],
  ['writes something else', 'echo [1, 2] > "$SUMMARY"', /is no summary/],
] as const) {
  t.test(`a k6 that ${fact} is an error when it is stopped, and stopping ends`, async (t) => {
    const load = await start(t, untilAsked(write));
    await t.rejects(load.stop(), { code: 'ERR_PADO_K6', message });
    await t.rejects(load.ended, { code: 'ERR_PADO_K6' });
  });
}

t.test('a load that ends by itself has a result, and its exit code tells why', async (t) => {
  const load = await start(
    t,
    `touch "$READY"; sleep 1; printf '{"metrics": {"http_reqs": {"count": 7}}}' > "$SUMMARY"; exit 99`,
  );
  t.match(await load.ended, { load: { requests: 7, exitCode: 99 } });
  await t.rejects(load.crashed, { code: 'ERR_PADO_K6', details: { exitCode: 99 } });
  t.match(await load.stop(), { load: { exitCode: 99 } }, 'stopping afterwards is the same result');
});
