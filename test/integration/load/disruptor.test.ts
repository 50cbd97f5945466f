import type { FaultStatus, TargetStatus } from '@pado/fault';
import t from 'tap';
import { disruptorStand, until } from './stand.ts';

t.setTimeout(120_000);

const { service, script, ask } = await disruptorStand(t);
const port = await service('payments', { tier: 'front' });
await service('carts', { tier: 'front' });
await service('carts', { tier: 'back' });

interface Sample {
  readonly at: number;
  readonly ms: number;
}

t.test('what k6 measures is late while the fault lasts: not before, not after', async (t) => {
  const { exitCode, output, lines } = await script(`
    import http from 'k6/http';
    export const options = {
      scenarios: {
        load: { executor: 'constant-arrival-rate', rate: 20, timeUnit: '1s', duration: '5s', preAllocatedVUs: 40, exec: 'load' },
        disrupt: { executor: 'shared-iterations', vus: 1, iterations: 1, startTime: '1s', exec: 'disrupt' },
      },
      thresholds: { pado_disruptor_applied: ['count>0'] },
    };
    export function load() {
      const at = Date.now();
      const { timings } = http.get('http://127.0.0.1:${port}/');
      console.log(JSON.stringify({ at, ms: timings.duration }));
    }
    export function disrupt() {
      const from = Date.now();
      new ServiceDisruptor('payments', 'shop').injectHTTPFaults({ port: ${port}, averageDelay: '500ms' }, '2500ms');
      console.log(JSON.stringify({ from, to: Date.now() }));
    }
  `);
  t.equal(exitCode, 0, output);
  const said = lines.map((line) => JSON.parse(line) as Sample & { from?: number; to?: number });
  const { from = 0, to = 0 } = said.find((line) => line.from !== undefined) ?? {};
  t.ok(to - from >= 2_500, 'the call blocks for the whole duration');
  const medianOf = (samples: readonly Sample[]) =>
    samples.map(({ ms }) => ms).sort((a, b) => a - b)[samples.length >> 1];
  const samples = said.filter((line) => line.from === undefined);
  const during = samples.filter(({ at }) => at > from + 500 && at < from + 2_000);
  const late = during.filter(({ ms }) => ms >= 500);
  t.ok(during.length > 10 && late.length === during.length, `${late.length} of ${during.length} were late`);
  t.ok(medianOf(samples.filter(({ at }) => at < from))! < 300, 'before');
  t.ok(medianOf(samples.filter(({ at }) => at > to))! < 300, 'after');
  t.same(await ask<FaultStatus>('/v1/faults'), [], 'nothing is left in the agent');
});

t.test('errors have the code, the body and the share that were asked for', async (t) => {
  const { exitCode, output, lines } = await script(`
    import http from 'k6/http';
    export const options = {
      scenarios: {
        load: { executor: 'constant-arrival-rate', rate: 20, timeUnit: '1s', startTime: '500ms', duration: '1s', preAllocatedVUs: 20, exec: 'load' },
        disrupt: { executor: 'shared-iterations', vus: 1, iterations: 1, exec: 'disrupt' },
      },
    };
    export function load() {
      for (const path of ['/', '/ping']) {
        const { status, body } = http.get('http://127.0.0.1:${port}' + path);
        console.log(JSON.stringify({ path, status, body: status === 200 ? '' : body }));
      }
    }
    export function disrupt() {
      const fault = { errorRate: 1, errorCode: 503, errorBody: 'away', exclude: '/ping, /about' };
      new PodDisruptor({ select: { labels: { 'app.kubernetes.io/name': 'payments' } } }).injectHTTPFaults(fault, '2s');
    }
  `);
  t.equal(exitCode, 0, output);
  const seen = [...new Set(lines)].sort();
  t.same(seen, ['{"path":"/","status":503,"body":"away"}', '{"path":"/ping","status":200,"body":""}']);
});

t.test('excluded processes are no targets; terminatePods kills so many of the others', async (t) => {
  const { exitCode, output, lines } = await script(`
    export default function () {
      const select = { labels: { 'app.kubernetes.io/name': 'carts' } };
      const all = new PodDisruptor({ select });
      console.log(JSON.stringify(all.targets()));
      const front = new PodDisruptor({ select, exclude: { labels: { tier: 'back' } } });
      console.log(JSON.stringify(front.targets()));
      console.log(JSON.stringify(front.terminatePods({ count: 1 })));
    }
  `);
  t.equal(exitCode, 0, output);
  const [all, front, killed] = lines.map((line) => JSON.parse(line) as string[]);
  t.match({ all: all?.length, front: front?.length }, { all: 2, front: 1 });
  t.same(killed, front);
  const left = await ask<TargetStatus>('/v1/targets');
  t.same(left.map(({ name, labels }) => `${name} ${labels.tier}`).sort(), ['carts back', 'payments front']);
});

t.test('the fault of a k6 that was killed ends by its lease', async (t) => {
  const { exitCode } = await script(
    `export default function () {
       new ServiceDisruptor('payments').injectHTTPFaults({ averageDelay: '1ms' }, '10m');
     }`,
    {
      onStart: async (child) => {
        await until(async () => (await ask<FaultStatus>('/v1/faults')).some(({ phase }) => phase === 'Injected'));
        child.kill('SIGKILL');
      },
    },
  );
  t.equal(exitCode, null);
  const ended = await until(async () => (await ask<FaultStatus>('/v1/faults')).find(({ phase }) => phase === 'Ended'));
  t.equal(ended.endReason, 'lease');
  t.ok(ended.elapsedMs < 20_000, `it lasted ${ended.elapsedMs} ms`);
});
