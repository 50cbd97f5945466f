import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TProperties } from 'typebox';
import { ConfigError } from './config.ts';
import type { ServiceDefinition } from './definition.ts';
import { type BuiltService, buildApp } from './service.ts';

/** A shutdown that takes longer is cut: Kubernetes kills after 30 s anyway. */
const shutdownLimitMs = 10_000;

/** How long callers have to learn, by an answer that closes the connection, that they should go elsewhere. */
const drainMs = 250;

/** Runs a service as a process: reads the environment, listens, and ends gracefully on SIGTERM or SIGINT. */
export async function serve<P extends TProperties>(definition: ServiceDefinition<P>): Promise<void> {
  try {
    const service = await buildApp(definition, { env: process.env });
    const stop = (signal: NodeJS.Signals) => {
      process.removeListener('SIGTERM', stop).removeListener('SIGINT', stop);
      void shutDown(service, signal);
    };
    process.on('SIGTERM', stop).on('SIGINT', stop);
    await service.app.listen({
      host: service.host,
      port: service.port,
      listenTextResolver: (address) => `bound to ${address}`,
    });
    const { port } = service.app.server.address() as AddressInfo;
    service.app.log.info({ host: service.host, port }, 'listening');
  } catch (error) {
    const wrong = wrongEnvironment(error);
    process.stderr.write(
      `${definition.name}: ${wrong ?? `could not start: ${error instanceof Error ? error.stack : String(error)}`}\n`,
    );
    process.exit(wrong === undefined ? 1 : 2);
  }
}

async function shutDown(service: BuiltService, signal: NodeJS.Signals): Promise<void> {
  service.app.log.info({ signal }, 'shutting down');
  setTimeout(() => process.exit(1), shutdownLimitMs).unref();
  service.drain();
  // Closing at once would cut connections on which a request is on its way.
  await sleep(drainMs);
  try {
    await service.close();
    process.exit(0);
  } catch (error) {
    service.app.log.error({ err: error }, 'shutdown failed');
    process.exit(1);
  }
}

/** What whoever started the service has to mend; undefined for a failure of another kind. */
function wrongEnvironment(error: unknown): string | undefined {
  if (error instanceof ConfigError) return error.message;
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE')
    return `wrong environment:\n  SHOP_PORT: ${address}:${port} is taken; take another port, or 0 for any free one`;
  if (code === 'EADDRNOTAVAIL')
    return `wrong environment:\n  SHOP_HOST: "${address}" is not an address of this machine`;
  return undefined;
}
