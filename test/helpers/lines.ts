import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { type Host, startHost } from './host.ts';
import { WireAgent, type WireTarget } from './wire-agent.ts';

const fixture = fileURLToPath(new URL('../fixtures/lines.mjs', import.meta.url));

export interface Timed<T> {
  readonly value?: T;
  readonly error?: { readonly message: string; readonly code?: string };
  readonly ms: number;
}

export interface Lines {
  readonly agent: WireAgent;
  readonly host: Host;
  readonly target: WireTarget;
  readonly ports: { readonly tcp: number; readonly tls: number; readonly h2: number };
  readonly open: (options?: object) => Promise<Timed<void>>;
  readonly exchange: (options?: object) => Promise<Timed<string | number>>;
  readonly request: (options?: object) => Promise<Timed<string>>;
}

/** test/fixtures/lines.mjs, connected to an agent. */
export async function connectedLines(t: Test, execPath?: string): Promise<Lines> {
  const agent = await new WireAgent().start();
  t.teardown(() => agent.stop());
  const arriving = agent.nextTarget();
  const host = await startHost(t, agent, { PADO_NAME: 'lines' }, fixture, execPath);
  const target = await arriving;
  return {
    ...{ agent, host, target },
    ports: await host.ask('ports'),
    open: (options = {}) => host.ask('open', options),
    exchange: (options = {}) => host.ask('exchange', options),
    request: (options = {}) => host.ask('request', options),
  };
}
