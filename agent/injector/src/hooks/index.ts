import type { RequestFacts } from '../request/facts.ts';
import type { Plan } from '../request/rule.ts';
import { httpClientHook } from './http-client.ts';
import { httpServerHook } from './http-server.ts';
import { undiciHook } from './undici.ts';

/** What the armed rules do to a request; undefined: nothing. Never throws. */
export type Decide = (request: RequestFacts) => Plan | undefined;

export interface Hook {
  /** Installs what is not yet installed: libraries may be loaded after arming. */
  scan(): void;
  /** Restores everything. */
  remove(): void;
}

export const inboundHook = (decide: Decide): Hook[] => [httpServerHook(decide)];
export const outboundHooks = (decide: Decide): Hook[] => [httpClientHook(decide), undiciHook(decide)];
