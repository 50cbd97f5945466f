import { join } from 'node:path';
import type { Invocation, Option } from '../cli/command.ts';
import { onForce } from '../cli/interrupt.ts';
import { meant, usage } from '../cli/parse.ts';
import type { StackFile } from '../contracts.ts';
import type { ShopSettings } from '../experiment/schema/shop.ts';
import { type PortName, portNames } from '../stack/port-names.ts';
import { processNames, startedServices } from '../stack/settings.ts';
import type { Stack } from '../stack/supervise.ts';
import { ensureTools } from '../tools/tools.ts';

/** Options of the commands that start the shop. */
export const shopOptions = {
  port: {
    type: 'string',
    multiple: true,
    value: 'NAME=N',
    description: `a port that must be this one, such as gateway=8080; names: ${portNames.join(', ')}`,
    default: 'any free ones',
  },
} as const satisfies Record<string, Option>;

/** Gets the tools and starts the shop; a second Ctrl-C kills it. */
export async function startShop(
  { values, settings, signal, progress }: Invocation,
  { bound, shop }: { readonly bound: boolean; readonly shop?: ShopSettings | undefined },
): Promise<Stack> {
  const { installation, project, environment } = settings;
  const ports = readPorts(values.strings('port'));
  const tools = await ensureTools({ folder: join(installation, '.tools'), environment, signal, progress });
  progress(`starting the shop: ${inWords(shop)}, PostgreSQL, Prometheus, the agent`);
  // Loaded when needed, as everything that is large: `pado status` and `pado exec` are to answer at once.
  const { startStack } = await import('../stack/start.ts');
  return startStack({ project, installation, environment, tools, ports, bound, shop, signal, onForce, progress });
}

/** 8 services; 2 services in 3 processes */
function inWords(shop: ShopSettings | undefined): string {
  const started = startedServices(shop);
  const processes = started.flatMap((service) => processNames(service, shop)).length;
  const services = `${started.length} service${started.length === 1 ? '' : 's'}`;
  return processes === started.length ? services : `${services} in ${processes} processes`;
}

function readPorts(pairs: readonly string[]): Partial<Record<PortName, number>> {
  const ports: Partial<Record<PortName, number>> = {};
  for (const pair of pairs) {
    const [, name = '', port = ''] = /^([^=]*)=(.*)$/.exec(pair) ?? [];
    const known = portNames.find((one) => one === name);
    if (known === undefined) {
      throw usage(`--port ${pair}: there is no "${name}"${meant(name, portNames)}; names: ${portNames.join(', ')}`);
    }
    if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
      throw usage(`--port ${pair}: "${port}" is not a port from 1 to 65535`);
    }
    ports[known] = Number(port);
  }
  return ports;
}

/** Where to look, for people. */
export function addresses({ urls, prometheusUrl, agent, databaseUrl, logsDirectory }: StackFile): string {
  return [
    urls.gateway === undefined
      ? `shop        ${Object.entries(urls)
          .map(([name, at]) => `${name} ${at}`)
          .join(', ')}`
      : `shop        ${urls.gateway}/api/v1/products (API: ${urls.gateway}/docs)`,
    `prometheus  ${prometheusUrl}`,
    `agent       ${agent.url}`,
    `database    ${databaseUrl}`,
    `logs        ${logsDirectory}`,
  ].join('\n');
}
