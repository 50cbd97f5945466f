import type { RequestFacts } from '../request/facts.ts';
import type { Hooked, Plan } from '../request/rule.ts';
import { dnsHook } from './dns.ts';
import { httpClientHook } from './http-client.ts';
import { httpServerHook } from './http-server.ts';
import { http2ClientHook } from './http2-client.ts';
import { http2ServerHook } from './http2-server.ts';
import { tcpHook } from './tcp.ts';
import { undiciHook } from './undici.ts';

/** What the armed rules do to a request; undefined: nothing. Never throws. */
export type Decide = (facts: () => RequestFacts) => Plan | undefined;

export interface Hook {
  /** Installs what is not yet installed: libraries may be loaded after arming. */
  scan(): void;
  /** Restores everything. */
  remove(): void;
}

/** The hooks of each group; they are only there while a rule of that group is. */
export const hooksOf: Readonly<Record<Hooked, (decide: Decide) => Hook[]>> = {
  'http inbound': (decide) => [httpServerHook(decide), http2ServerHook(decide)],
  'http outbound': (decide) => [httpClientHook(decide), undiciHook(decide)],
  tcp: (decide) => [tcpHook(decide), http2ClientHook(decide)],
  dns: (decide) => [dnsHook(decide)],
};
