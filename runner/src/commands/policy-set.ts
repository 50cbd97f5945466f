import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { explain, PadoError, type SchemaError } from '@pado/fault';
import { policyNames } from '@pado/kit/named';
import type { PolicyDocument } from '@pado/kit/policy';
import { Ajv } from 'ajv';
import type { Command } from '../cli/command.ts';
import { meant } from '../cli/parse.ts';
import { paths } from '../stack/paths.ts';
import { policiesOf, presetNames, switchPolicies } from '../stack/policies.ts';
import { requireStack } from '../stack/stack-file.ts';
import { invalid, readDocuments } from './documents.ts';

export const policySet: Command = {
  name: 'policy set',
  summary: 'switches the resilience policies of the running shop and waits until every service acts on them',
  options: {},
  positional: {
    name: 'PRESET|NAMES|FILE',
    description: `a preset (${presetNames.join(', ')}), policies that are added to naive (retry-budget,deadline), or a YAML or JSON file`,
  },
  examples: ['pado policy set standard', 'pado policy set retry-budget,deadline', 'pado policy set my-policies.yaml'],
  async run({ positionals: [wanted = ''], settings, signal }) {
    const document = policiesOf(wanted) ?? (await policiesFromFile(wanted, settings.workingDirectory));
    const stack = await requireStack(paths(settings.project).stackFile);
    const revision = await switchPolicies(stack, document, signal);
    const text = `every service acts on "${document.preset}" (revision ${revision})`;
    return { json: { preset: document.preset, revision }, text };
  },
};

/** Reads a file of policies. @throws PadoError ERR_PADO_INVALID, ERR_PADO_NOT_FOUND */
export async function policiesFromFile(file: string, directory: string): Promise<Omit<PolicyDocument, 'revision'>> {
  const known = [...presetNames, ...policyNames];
  if (!/[./]/.test(file) && !existsSync(resolve(directory, file))) {
    throw new PadoError(
      'ERR_PADO_INVALID',
      `there is no preset or policy "${file}"${meant(file, known)}; there are: ${known.join(', ')}`,
    );
  }
  const [source] = await readDocuments(file, directory);
  if (source === undefined) throw new PadoError('ERR_PADO_INVALID', `${file}: there is nothing in it`);
  const { revision: _, ...given } = source.value as Partial<PolicyDocument>;
  const candidate = { preset: 'custom', ...given, revision: 'none' };
  const { policySchema } = await import('@pado/kit/policy');
  const fits = new Ajv({ allErrors: true, verbose: true, strict: false }).compile<PolicyDocument>(policySchema);
  if (fits(candidate)) return candidate;
  throw invalid(file, source, explain((fits.errors ?? []) as SchemaError[], candidate));
}
