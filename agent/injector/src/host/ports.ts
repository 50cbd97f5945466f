import { subscribe } from 'node:diagnostics_channel';
import { Server } from 'node:net';
import { guarded, safely } from './guard.ts';

const listening = 'tracing:net.server.listen:asyncEnd';
const servers = new Set<Server>();

/** Servers that listened before the watch, or on a Node.js that has no such channel. */
function findServers(): void {
  const handles = safely(() => Reflect.apply(Reflect.get(process, '_getActiveHandles'), process, [])) as unknown[];
  for (const handle of handles ?? []) if (handle instanceof Server) servers.add(handle);
}

/** Calls back when a server of this process begins to listen; older Node.js does not tell, there the next look finds it. */
export function watchPorts(onChange: () => void): void {
  findServers();
  subscribe(
    listening,
    guarded((message: unknown) => {
      const server: unknown = Reflect.get(Object(message), 'server');
      if (server instanceof Server) servers.add(server);
      onChange();
    }),
  );
}

/** TCP ports on which this process listens now, in ascending order. */
export function listeningPorts(): number[] {
  if (servers.size === 0) findServers();
  const ports = new Set<number>();
  for (const server of servers) {
    const address = server.listening ? server.address() : null;
    if (typeof address === 'object' && address !== null) ports.add(address.port);
    else servers.delete(server);
  }
  return [...ports].sort((a, b) => a - b);
}
