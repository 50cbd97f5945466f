import { PadoError } from '@pado/fault';
import type { Command } from '../cli/command.ts';
import { paths } from '../stack/paths.ts';
import { readPolicies } from '../stack/policies.ts';

export const policyGet: Command = {
  name: 'policy get',
  summary: 'prints the resilience policies in force',
  options: {},
  examples: ['pado policy get'],
  async run({ settings }) {
    const policies = await readPolicies(paths(settings.project).policiesFile);
    if (policies === undefined)
      throw new PadoError('ERR_PADO_NOT_FOUND', 'there are no policies yet: "pado up" starts with "naive"');
    return { json: policies, text: JSON.stringify(policies, null, 2) };
  },
};
