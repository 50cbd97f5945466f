import { startControl } from '../harness/control.ts';
import { type Figure, type Row, verdictOf } from '../harness/figure.ts';
import { startProgram } from '../harness/programs.ts';
import { estimate } from '../harness/stats.ts';
import { interval } from '../harness/text.ts';

const shares = [1, 10, 50] as const;
const concurrency = 64;
const thousand = 1_000;

/** How many of 1,000 requests are hit, counted by their clients. */
export const share: Figure = {
  name: 'share',
  seconds: { full: 20, quick: 5 },
  run: async (bench) => {
    const control = await startControl(bench);
    const [server, client] = [await control.start('server.mjs', 'server'), await startProgram(bench, 'client.mjs')];
    const url = `http://127.0.0.1:${await server.ask<number>('port')}/items/7`;
    const hits = async (count: number): Promise<number> =>
      (await client.ask<Record<string, number>>('crowd', { url, count, concurrency }))['503'] ?? 0;
    const windows = bench.isQuick ? 3 : 15;
    const rows: Row[] = [];
    const data: Record<string, { fromArming: number[]; anywhere: number[] }> = {};
    for (const [step, percentage] of shares.entries()) {
      const seen = { fromArming: [] as number[], anywhere: [] as number[] };
      for (let window = 0; window < windows; window += 1) {
        const seed = 1 + Math.floor(bench.random() * 1e6);
        await control.arm('some', 'server', [{ kind: 'error', direction: 'inbound', status: 503, percentage }], {
          seed,
        });
        seen.fromArming.push(((await hits(thousand)) / thousand) * 100);
        // From somewhere within a block of the sampler to somewhere within another.
        await hits(1 + Math.floor(bench.random() * 199));
        seen.anywhere.push(((await hits(thousand)) / thousand) * 100);
        await control.end('some');
      }
      const worst = (values: readonly number[]) => Math.max(...values.map((value) => Math.abs(value - percentage)));
      for (const [where, values] of [
        ['the first 1,000 requests', seen.fromArming],
        ['any 1,000 requests', seen.anywhere],
      ] as const) {
        rows.push({
          figure: `share hit at ${percentage}%, ${concurrency} clients, ${where}`,
          goal: '±0.5 points',
          measured: `${interval(estimate(values, bench.random), 2)}%, worst ±${worst(values).toFixed(1)} of ${windows}`,
          peer: '',
          verdict: verdictOf(worst(values) <= 0.5),
        });
      }
      data[percentage] = seen;
      bench.done((step + 1) / shares.length);
    }
    return { rows, data };
  },
};
