import type { Answer } from '../providers/provider.ts';
import { type Asking, ask, callOut, needed } from './ask.ts';
import type { Action, RecordedProbe } from './schema.ts';

/** Actions that are one call: everything but faults and load, which go on after their action. */
export async function act({ provider }: Action, asking: Asking): Promise<Answer> {
  switch (provider.type) {
    case 'http':
    case 'process':
    case 'python':
      return callOut(provider, asking);
    case 'kubernetes':
      return needed(asking.kubernetes, 'kubernetes').act(provider, asking.call.signal);
    case 'aws':
      return needed(asking.aws, 'aws').act(provider, asking.call.signal);
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
