import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

const run = promisify(execFile);

export const chartFolder = (chart: string): string => fileURLToPath(new URL(`../../charts/${chart}/`, import.meta.url));

/** Tests of charts are skipped where Helm is not installed: `t.test(name, {skip: await noHelm()}, …)`. */
export const noHelm = (): Promise<string | false> =>
  run('helm', ['version', '--short']).then(
    () => false,
    () => 'helm is not installed',
  );

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: the fields differ by kind, and tests state what they have to be
  readonly [field: string]: any;
}

/** The files of value combinations that come with a chart: paths, in order of their names. */
export async function valuesFiles(chart: string): Promise<string[]> {
  const names = await readdir(`${chartFolder(chart)}ci`);
  return names.sort().map((name) => `${chartFolder(chart)}ci/${name}`);
}

/** What Helm would install, as text. @throws with Helm's words */
export async function template(chart: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('helm', ['template', 'pado', chartFolder(chart), '-n', 'pado', ...args], {
    maxBuffer: 64 << 20,
  });
  return stdout;
}

/** What Helm would install, hooks included. @throws with Helm's words */
export const manifests = async (chart: string, ...args: string[]): Promise<Manifest[]> =>
  parseAllDocuments(await template(chart, ...args)).flatMap((document) => {
    const object = document.toJS() as Manifest | null;
    return object === null ? [] : [object];
  });
