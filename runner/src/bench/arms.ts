import { existsSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { PadoError } from '@pado/fault';
import { policyNames, readNames } from '@pado/kit/named';
import type { PolicyDocument } from '@pado/kit/policy';
import { presetNames, presets } from '@pado/kit/presets';
import { meant, usage } from '../cli/parse.ts';
import { policiesOf } from '../stack/policies.ts';

/** What is compared: the same experiment, under other policies, with another environment, or with another program. */
export interface Arm {
  /** As people read it: `full`, `retry-budget+deadline`, `my.env`. */
  readonly name: string;
  /** Default naive. */
  readonly policies: Omit<PolicyDocument, 'revision'>;
  /** For every process of the services, or of the command. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A program of the user's own, in the shop's place; it listens at PORT. */
  readonly command?: readonly string[];
  /** With --kubernetes: where it is deployed. */
  readonly namespace?: string;
}

export interface ArmReaders {
  readonly workingDirectory: string;
  readonly policies: (file: string) => Promise<Omit<PolicyDocument, 'revision'>>;
  readonly environment: (file: string) => Promise<Readonly<Record<string, string>>>;
}

/**
 * An arm by what the user wrote: a preset, a list of policies (`retry-budget,deadline`), a file of policies (.yaml,
 * .json), a file of variables (.env, or any other file), `command: node server.js`, or `namespace:NAME` of a cluster.
 * @throws PadoError ERR_PADO_USAGE, ERR_PADO_NOT_FOUND, ERR_PADO_INVALID
 */
export async function readArm(text: string, readers: ArmReaders): Promise<Arm> {
  const command = /^command:\s*(\S.*)$/s.exec(text)?.[1];
  if (command !== undefined) return { name: text, policies: presets.naive, command: ['sh', '-c', `exec ${command}`] };
  const namespace = /^namespace:\s*([a-z0-9]([-a-z0-9]*[a-z0-9])?)$/.exec(text)?.[1];
  if (namespace !== undefined) return { name: namespace, policies: presets.naive, namespace };
  const named = policiesOf(text);
  if (named !== undefined) return { name: named.preset, policies: named };
  if (existsSync(resolve(readers.workingDirectory, text))) {
    const name = basename(text);
    if (!['.yaml', '.yml', '.json'].includes(extname(text)))
      return { name, policies: presets.naive, environment: await readers.environment(text) };
    const policies = await readers.policies(text);
    return { name: policies.preset === 'custom' ? name : policies.preset, policies };
  }
  const wrong = text.split(/[,+]/).find((word) => readNames(word) === undefined) ?? text;
  if (/[./]/.test(text)) throw new PadoError('ERR_PADO_NOT_FOUND', `there is no file ${text}`);
  const known = [...presetNames, ...policyNames];
  throw usage(
    `"${wrong}" is no arm${meant(wrong, known)}; an arm is a preset (${presetNames.join(', ')}), policies joined by commas (${policyNames.join(', ')}), a file of policies or variables, "command: …", or with --kubernetes "namespace:NAME"`,
  );
}
