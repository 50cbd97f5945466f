import t, { type Test } from 'tap';
import type { PrometheusProvider, SloProvider } from '../../../runner/src/experiment/schema.ts';
import type { Tolerance } from '../../../runner/src/experiment/tolerance-schema.ts';
import type { Prometheus } from '../../../runner/src/providers/prometheus.ts';
import { askPrometheus } from '../../../runner/src/providers/prometheus-probe.ts';
import { quantile } from '../../../runner/src/providers/quantile.ts';
import { failure } from '../../helpers/failure.ts';

const startMs = 1_000_000;
const below5: Tolerance = { type: 'compare', comparator: '<', value: 5 };
type Line = readonly (number | null)[];

/** A store that gives one line of values to each query, one a second from just after the start. */
function store(answer: (query: string) => number | null | Line | undefined) {
  const asked: string[] = [];
  const prometheus: Prometheus = {
    samples: async () => [],
    number: async (query, atMs) => {
      asked.push(`${query} @${(atMs ?? 0) - startMs}`);
      const value = answer(query);
      return Array.isArray(value) ? (value.at(-1) ?? null) : ((value as number | null | undefined) ?? null);
    },
    series: async (query, window, stepMs) => {
      asked.push(`${query} @${window.startMs - startMs}-${window.endMs - startMs}/${stepMs}`);
      const line = answer(query);
      if (line === undefined) return [];
      const points = (line as Line)
        .map((value, i) => [(window.startMs + i * stepMs) / 1_000, value] as const)
        .filter(([, value]) => value !== null);
      return [{ labels: {}, points }];
    },
  };
  return { prometheus, asked };
}
const over = (seconds: number) => ({ startMs, endMs: startMs + seconds * 1_000 });
async function ask(
  line: number | null | Line | undefined,
  provider: Partial<PrometheusProvider>,
  tolerance: Tolerance | undefined = below5,
  seconds = Array.isArray(line) ? line.length : 10,
) {
  const { prometheus } = store(() => line);
  return askPrometheus({ type: 'prometheus', query: 'up', ...provider }, over(seconds), tolerance, prometheus);
}

t.test("one look at the window's end", async (t) => {
  const { prometheus, asked } = store((query) => (query.startsWith('count') ? 12.4 : 0.5));
  const provider: PrometheusProvider = { type: 'prometheus', query: 'rate(x[$__range])', unit: 's' };
  t.match(await askPrometheus(provider, over(20), below5, prometheus), {
    output: 0.5,
    query: 'rate(x[20000ms])',
    unit: 's',
    durationMs: Number,
    looks: undefined,
  });
  const counted = { ...provider, samples: 'count(x[$__range])' };
  t.match(await askPrometheus(counted, over(20), below5, prometheus), { output: 0.5, samples: 12 });
  t.same(asked.at(-2), 'count(x[20000ms]) @20000');
  t.match(await ask(null, {}), { output: null }, 'no data');
});

t.test('no samples are no data, whatever the value', async (t) => {
  const { prometheus } = store((query) => (query === 'n' ? 0 : 3));
  const provider: PrometheusProvider = { type: 'prometheus', query: 'up', samples: 'n' };
  t.match(await askPrometheus(provider, over(10), below5, prometheus), { output: null, samples: 0 });
});

t.test('the looks of a range', async (t) => {
  const { prometheus, asked } = store(() => [1, 2, 3, 4]);
  const query = 'rate(x[$__range])';
  await askPrometheus({ type: 'prometheus', query, aggregate: 'max' }, over(4.5), below5, prometheus);
  await askPrometheus({ type: 'prometheus', query, for: '5s', step: '15s' }, over(60), below5, prometheus);
  await askPrometheus({ type: 'prometheus', query, for: '5s', step: '15s' }, over(3), below5, prometheus);
  t.same(
    asked,
    ['rate(x[5000ms]) @1500-4500/1000', 'rate(x[15000ms]) @15000-60000/15000', 'rate(x[15000ms]) @3000-3000/15000'],
    '$__range is the step, at least 5 s; the last look is at the end, and there is always one',
  );
});

t.test('aggregates', async (t) => {
  const line = [4, null, 1, 3, 2];
  const values = { min: 1, max: 4, sum: 10, avg: 2.5, last: 2, p50: 2.5, p90: 3.7 } as const;
  for (const [aggregate, value] of Object.entries(values) as [keyof typeof values, number][])
    t.match(await ask(line, { aggregate }), { output: value }, aggregate);
  t.match(await ask([null, null], { aggregate: 'sum' }), { output: null, looks: { count: 0, missed: 0 } });
  t.match(await ask(undefined, { aggregate: 'max' }), { output: null }, 'no series is no data');
  t.match(await ask([4, 6, 7], { aggregate: 'min' }), {
    output: 4,
    looks: { count: 3, missed: 2, firstMissMs: 2_000 },
  });
  const { prometheus } = store(() => [4, 6]);
  const provider: PrometheusProvider = { type: 'prometheus', query: 'up', aggregate: 'max' };
  const free = await askPrometheus(provider, over(2), undefined, prometheus);
  t.match(free, { output: 6, looks: { missed: 0 } }, 'without a tolerance nothing is a miss');
  t.equal(quantile([3], 0.99), 3);
});

t.test('a miss counts when it lasts', async (t) => {
  const cases: readonly (readonly [string, Line, number | null])[] = [
    ['the worst look of a miss that lasts', [1, 6, 8, 7, 1, 9], 8],
    ['of the longest one', [6, 6, 6, 1, 7, 9, 7, 7], 9],
    ['a shorter one leaves the worst look that is none', [1, 9, 9, 4, 2], 4],
    ['a look without data breaks it', [9, 9, null, 9, 4], 4],
    ['a window that is too short for it tells nothing', [9, 9], null],
    ['but what is within tolerance is', [1, 2], 2],
    ['no data', [null, null, null], null],
  ];
  for (const [what, line, value] of cases) t.match(await ask(line, { for: '3s' }), { output: value }, what);
  const least: Tolerance = { type: 'compare', comparator: '>=', value: 5 };
  t.match(await ask([9, 3, 2, 4], { for: '3s' }, least), { output: 2 }, 'the worst is the least');
  t.match(await ask([9, 3, 2, 4], { for: '3s' }, [5, 10]), { output: 2 });
  t.match(await failure(ask([1], { for: '3s', aggregate: 'max' })), { code: 'ERR_PADO_INVALID' });
});

t.test('several series are refused, with the remedy', async (t) => {
  const { prometheus } = store(() => [1]);
  const series: Prometheus['series'] = async () => [
    { labels: { a: '1' }, points: [] },
    { labels: { a: '2' }, points: [] },
  ];
  const provider: PrometheusProvider = { type: 'prometheus', query: 'up', aggregate: 'max' };
  t.match(await failure(askPrometheus(provider, over(5), below5, { ...prometheus, series })), {
    code: 'ERR_PADO_PROMETHEUS',
    message: /2 series .* sum\(\) or max\(\): up/,
    details: { query: 'up' },
  });
});

t.test('how fast an error budget burns', async (t) => {
  const provider: SloProvider = {
    type: 'slo',
    objective: 99,
    good: 'good[$__range]',
    total: 'total[$__range]',
    short: '5s',
    long: '30s',
  };
  const burn = async (t: Test, lines: Readonly<Record<string, Line>>, seconds: number) => {
    const { prometheus, asked } = store((query) => lines[query] ?? (query.startsWith('total') ? 400 : undefined));
    const answer = await askPrometheus(provider, over(seconds), below5, prometheus);
    t.equal(asked.length, 5);
    return answer;
  };
  const lines = {
    'good[5000ms]': [100, 90, 50, 80],
    'total[5000ms]': [100, 100, 100, 100],
    'good[30000ms]': [1_000, 980, 970, 960],
    'total[30000ms]': [1_000, 1_000, 1_000, 1_000],
  };
  const answer = await burn(t, lines, 4);
  t.match(answer, {
    samples: 400,
    query: '(1 - (good[30000ms]) / (total[30000ms])) / 0.01',
    looks: { count: 4, missed: 0 },
  });
  t.equal(Math.round(Number(answer.output) * 1_000) / 1_000, 4, 'the lesser of both windows, at its worst');
  t.match(await burn(t, { ...lines, 'total[5000ms]': [0, 0, 0, 0] }, 4), { output: null, looks: { count: 0 } });
  t.match(await burn(t, { ...lines, 'good[5000ms]': [101, 102, 103, 104] }, 4), { output: 0 }, 'never less than none');
  const { 'good[30000ms]': _, ...without } = lines;
  t.match(await burn(t, without, 4), { output: null }, 'a counter that is missing is no data');
});
