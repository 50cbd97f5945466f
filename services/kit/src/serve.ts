import type { AddressInfo } from 'node:net';
import type { TProperties } from 'typebox';
import { ConfigError } from './config.ts';
import { buildApp, type ServiceDefinition } from './service.ts';

/** A shutdown that takes longer is cut: Kubernetes kills after 30 s anyway. */
const shutdownLimitMs = 10_000;

/** Runs a service as a process: reads the environment, listens, and ends gracefully on SIGTERM or SIGINT. */
export async function serve<P extends TProperties>(definition: ServiceDefinition<P>): Promise<void> {
  try {
    const service = await buildApp(definition, { env: process.env });
    const stop = (signal: NodeJS.Signals) => {
      service.app.log.info({ signal }, 'shutting down');
      setTimeout(() => process.exit(1), shutdownLimitMs).unref();
      service.close().then(
        () => process.exit(0),
        (error: Error) => {
          service.app.log.error({ err: error }, 'shutdown failed');
          process.exit(1);
        },
      );
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
    await service.app.listen({
      host: service.host,
      port: service.port,
      listenTextResolver: (address) => `bound to ${address}`,
    });
    const { port } = service.app.server.address() as AddressInfo;
    service.app.log.info({ host: service.host, port }, 'listening');
  } catch (error) {
    if (error instanceof ConfigError) {
      process.stderr.write(`${definition.name}: ${error.message}\n`);
      process.exit(2);
    }
    process.stderr.write(
      `${definition.name}: could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(1);
  }
}
