import { seeded } from '@pado/fault';
import t from 'tap';
import type { RequestFacts } from '../../../../agent/injector/src/request/facts.ts';
import { byAttempt, sampler } from '../../../../agent/injector/src/request/sampling.ts';

const request = (headers: Readonly<Record<string, string>> = {}): RequestFacts => ({
  method: 'GET',
  path: '/',
  host: '',
  port: 80,
  header: (name) => headers[name],
});

const count = (times: number, isHit: () => boolean): number =>
  Array.from({ length: times }, isHit).filter(Boolean).length;

t.test('attempt: the share is exact in each thousand', async (t) => {
  for (const percentage of [0, 0.1, 1, 2.5, 10, 33.3, 50, 99, 100])
    for (const seed of [1, 2, 3]) {
      const isHit = byAttempt(percentage, seeded(seed));
      for (let thousand = 0; thousand < 3; thousand += 1) {
        const share = count(1_000, isHit) / 10;
        t.ok(Math.abs(share - percentage) <= 0.5, `${share}% for ${percentage}%`);
      }
    }
});

t.test('attempt: a seed gives the same choices again, another seed others', async (t) => {
  const choices = (seed: number) => {
    const isHit = sampler(50, 'attempt', seed, 0);
    return Array.from({ length: 200 }, () => isHit(request()));
  };
  t.same(choices(7), choices(7));
  t.notSame(choices(7), choices(8));
});

t.test('request: all attempts of one request agree, in any process', async (t) => {
  const here = sampler(50, 'request', 7, 0);
  const there = sampler(50, 'request', 7, 0);
  for (let id = 0; id < 50; id += 1) {
    const one = request({ baggage: `pado.request=${id}` });
    t.equal(new Set([here(one), here(one), there(one)]).size, 1);
  }
  t.equal(
    here(request({ baggage: 'pado.request=a', traceparent: `00-${'1'.repeat(32)}-0000000000000001-01` })),
    here(request({ baggage: 'pado.request=a', traceparent: `00-${'2'.repeat(32)}-0000000000000002-01` })),
    'the baggage goes before the trace',
  );
});

t.test('request: the share holds over many ids, by baggage or by trace', async (t) => {
  const isHit = sampler(30, 'request', 7, 0);
  let id = 0;
  const byBaggage = count(10_000, () => isHit(request({ baggage: `pado.request=${id++}` })));
  const byTrace = count(10_000, () => {
    id += 1;
    return isHit(request({ traceparent: `00-${id.toString(16).padStart(32, '0')}-0000000000000001-01` }));
  });
  for (const hits of [byBaggage, byTrace]) t.ok(Math.abs(hits / 10_000 - 0.3) < 0.02, `${hits}`);
});

t.test('request: without an id the share is as exact as by attempt', async (t) => {
  const isHit = sampler(10, 'request', 7, 0);
  t.equal(
    count(1_000, () => isHit(request())),
    100,
  );
});
