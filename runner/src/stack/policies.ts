import { randomUUID } from 'node:crypto';
import { readNames, withPolicies } from '@pado/kit/named';
import type { PolicyDocument } from '@pado/kit/policy';
import { type PresetName, presetNames, presets } from '@pado/kit/presets';
import type { StackFile } from '../contracts.ts';
import { readJson, replaceFile } from './files.ts';
import { untilReady } from './ready.ts';

export { presetNames };

const adoptedTimeoutMs = 10_000;

export const readPolicies = (file: string): Promise<PolicyDocument | undefined> => readJson<PolicyDocument>(file);

/** Writes policies under a revision of their own and returns it. */
export async function writePolicies(file: string, document: Omit<PolicyDocument, 'revision'>): Promise<string> {
  const revision = randomUUID();
  await replaceFile(file, `${JSON.stringify({ ...document, revision }, null, 2)}\n`, 0o644);
  return revision;
}

/**
 * Switches the shop's policies; resolves when every process of every service says that it acts on them.
 * @throws PadoError ERR_PADO_NOT_READY when one does not within ten seconds.
 */
export async function switchPolicies(
  { policiesFile, instances }: Pick<StackFile, 'policiesFile' | 'instances'>,
  document: Omit<PolicyDocument, 'revision'>,
  signal: AbortSignal,
): Promise<string> {
  const revision = await writePolicies(policiesFile, document);
  await Promise.all(
    Object.entries(instances).flatMap(([name, urls]) =>
      urls.map((url) =>
        untilReady(
          `${name} (policies ${document.preset})`,
          (abort) => acts(url, revision, abort),
          signal,
          adoptedTimeoutMs,
        ),
      ),
    ),
  );
  return revision;
}

async function acts(url: string, revision: string, signal: AbortSignal): Promise<boolean> {
  const response = await fetch(`${url}/metrics`, { signal });
  const line = (await response.text()).split('\n').find((text) => text.startsWith('resilience_policy_info{'));
  return line?.includes(`revision="${revision}"`) === true && line.endsWith(' 1');
}

/** A preset, or policies by name that are added to naive (`retry-budget,deadline`); undefined for any other text. */
export function policiesOf(text: string): Omit<PolicyDocument, 'revision'> | undefined {
  const names = readNames(text);
  return presetOf(text) ?? (names && withPolicies(names));
}

/** A preset by its name; undefined for any other word. */
export const presetOf = (name: string): Omit<PolicyDocument, 'revision'> | undefined =>
  presetNames.some((preset) => preset === name) ? presets[name as PresetName] : undefined;
