import type { Cli, Tool } from '../cli.ts';
import { tools } from '../versions.ts';
import type { Finding } from './finding.ts';

const numbers = (text: string): number[] => text.split('.').map(Number);

/** 1.9 is older than 1.10. */
export function isAtLeast(version: string, least: string): boolean {
  const [have, need] = [numbers(version), numbers(least)];
  for (const [index, wanted] of need.entries()) {
    const own = have[index] ?? 0;
    if (own !== wanted) return own > wanted;
  }
  return true;
}

/** Each of the four programs, by the first version number that it prints. */
export const checkTools = (cli: Cli): Promise<Finding[]> =>
  Promise.all(
    (Object.keys(tools) as Tool[]).map(async (tool): Promise<Finding> => {
      const { least, args, from } = tools[tool];
      const { code, stdout, stderr } = await cli.ask(tool, ...args);
      const remedy = `${least} or later: ${from}`;
      if (code === 127) return { what: tool, ok: false, found: 'not on PATH', remedy };
      const version = /(\d+\.\d+\.\d+)/.exec(stdout + stderr)?.[1];
      if (code !== 0 || version === undefined)
        return { what: tool, ok: false, found: 'does not say its version', remedy };
      return { what: tool, ok: isAtLeast(version, least), found: version, remedy };
    }),
  );
