import { Agent, get } from 'node:http';
import type { Bench } from './figure.ts';

/** A client that calls again as soon as it has its answer, over one connection. */
export interface TightClient {
  /** The time at which the first answer with this status arrives from now on. */
  until(status: number): Promise<number>;
}

export function tightClient(bench: Bench, port: number): TightClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  bench.defer(() => agent.destroy());
  const once = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const request = get({ agent, host: '127.0.0.1', port, path: '/items/7' }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode ?? 0));
      });
      request.on('error', reject);
    });
  return {
    until: async (status) => {
      for (;;) if ((await once()) === status) return performance.now();
    },
  };
}
