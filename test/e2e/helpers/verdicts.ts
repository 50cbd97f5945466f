import { apiVersion } from '@pado/fault';
import { kubectlWith } from './cluster.ts';

export const faultOf = (name: string, spec: object) => ({ apiVersion, kind: 'Fault', metadata: { name }, spec });

export interface Verdicts {
  readonly accepted: ReadonlySet<string>;
  /** What kubectl printed of each that was refused, by name where it says one. */
  readonly refusals: ReadonlyMap<string, string>;
  readonly stderr: string;
}

/** What the API server says of each, in one run of kubectl; nothing is kept. */
export async function verdicts(namespace: string, objects: readonly object[]): Promise<Verdicts> {
  // Documents one by one: kubectl checks the fields of a List by itself and stops at the first that is unknown.
  // As YAML from the first line on: kubectl takes what begins with a brace for JSON, and then may not find the next document.
  const list = objects.map((object) => `---\n${JSON.stringify(object)}\n`).join('');
  const { stdout, stderr } = await kubectlWith(list, 'create', '--dry-run=server', '-o', 'name', '-n', namespace);
  const names = [...stdout.matchAll(/^fault\.pado\.dev\/(\S+)/gm)].map(([, name]) => name!);
  const refusals = stderr.split(/^(?=Error from server)/m).map((text) => {
    const name = /Fault\.pado\.dev "([^"]*)" is invalid/.exec(text)?.[1] ?? '';
    return [name, text.trim()] as const;
  });
  return { accepted: new Set(names), refusals: new Map(refusals), stderr };
}
