import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type CommandOptions, command } from './command.ts';
import { type ToolName, tools } from './versions.ts';

export interface FoundTool {
  readonly path: string;
  readonly version: string;
}

export interface Search {
  readonly found?: FoundTool;
  /** What was there but too old or broken, for the message. */
  readonly refused: readonly string[];
}

/** The first executable in these folders that is new enough. */
export async function find(name: ToolName, folders: readonly string[], options: CommandOptions): Promise<Search> {
  const refused: string[] = [];
  for (const folder of folders) {
    const path = join(folder, name);
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!executable) continue;
    const version = await versionOf(name, path, options);
    if (version !== undefined && newEnough(version, tools[name].minimum)) return { found: { path, version }, refused };
    refused.push(`${path} ${version === undefined ? 'does not tell its version' : `is ${version}`}`);
  }
  return { refused };
}

export const foldersOf = (path: string | undefined): string[] => (path ?? '').split(delimiter).filter(Boolean);

async function versionOf(name: ToolName, path: string, options: CommandOptions): Promise<string | undefined> {
  try {
    const text = await command(path, tools[name].versionArguments, options);
    return /\bv?(\d+\.\d+\.\d+)/.exec(text)?.[1];
  } catch {
    options.signal.throwIfAborted();
    return undefined;
  }
}

function newEnough(version: string, [leastMajor, leastMinor]: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
