import { askHttp } from '../providers/http.ts';
import { runProcess } from '../providers/process.ts';
import type { Answer } from '../providers/provider.ts';
import { type Asking, ask, needed } from './ask.ts';
import type { Action, RecordedProbe } from './schema.ts';

/** Actions that are one call: everything but faults and load, which go on after their action. */
export async function act({ provider }: Action, asking: Asking): Promise<Answer> {
  const { call } = asking;
  switch (provider.type) {
    case 'http':
      return askHttp(provider, call);
    case 'process':
      return runProcess(provider, call);
    case 'python':
      return needed(asking.python, 'python').call(provider, call);
    case 'kubernetes':
      return needed(asking.kubernetes, 'kubernetes').act(provider, call.signal);
    case 'fault':
    case 'k6':
      throw new TypeError(`${provider.type} is not one call`);
  }
}

/** A probe among the actions: its value now; of a query, over the time that the method has taken. */
export async function record({ provider, tolerance }: RecordedProbe, sinceMs: number, asking: Asking): Promise<Answer> {
  const endMs = Date.now();
  const window = { startMs: Math.min(sinceMs, endMs - 1_000), endMs };
  return ask({ provider, window, tolerance }, asking);
}
