import { setTimeout as sleep } from 'node:timers/promises';
import { faultFile, startControl } from '../harness/control.ts';
import { type Figure, type Row, verdictOf } from '../harness/figure.ts';
import { quantile } from '../harness/stats.ts';
import { fixed } from '../harness/text.ts';
import { tightClient } from '../harness/tight-client.ts';

/** From the word to the agent until the first request that is hit, and back. */
export const toggle: Figure = {
  name: 'toggle',
  seconds: { full: 12, quick: 4 },
  run: async (bench) => {
    const control = await startControl(bench);
    const server = await control.start('server.mjs', 'server');
    const client = tightClient(bench, await server.ask<number>('port'));
    const file = faultFile('on', 'server', [{ kind: 'error', direction: 'inbound', status: 503 }]);
    const times = { effect: [] as number[], revert: [] as number[] };
    const toggles = bench.isQuick ? 40 : 200;
    const tell = async (method: string, path: string, body: unknown, status: number): Promise<number> => {
      const at = performance.now();
      const [seenAt] = await Promise.all([client.until(status), control.request(method, path, body)]);
      return seenAt - at;
    };
    for (let i = 0; i < toggles; i += 1) {
      times.effect.push(await tell('POST', '/v1/faults', file, 503));
      await sleep(bench.random() * 20);
      times.revert.push(await tell('PATCH', '/v1/faults/on', { stopped: true }, 200));
      await sleep(bench.random() * 20);
      bench.done((i + 1) / toggles);
    }
    const row = (figure: string, values: readonly number[]): Row => ({
      figure,
      goal: 'p99 ≤ 50 ms',
      measured: `p50 ${fixed(quantile(values, 0.5), 1)} ms, p99 ${fixed(quantile(values, 0.99), 1)} ms, most ${fixed(Math.max(...values), 1)} ms of ${values.length}`,
      peer: '',
      verdict: verdictOf(quantile(values, 0.99) <= 50),
    });
    return { rows: [row('agent → effect', times.effect), row('revert → none', times.revert)], data: times };
  },
};
