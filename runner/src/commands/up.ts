import { resolve } from 'node:path';
import { PadoError } from '@pado/fault';
import type { Command, Invocation, Option } from '../cli/command.ts';
import { usage } from '../cli/parse.ts';
import { shown } from '../cli/settings.ts';
import type { ShopSettings } from '../experiment/schema/shop.ts';
import { paths } from '../stack/paths.ts';
import { settingsDiffer } from '../stack/settings.ts';
import { readStack, stateOf } from '../stack/stack-file.ts';
import { runOptions } from './run/options.ts';
import { readVariables } from './run/vars.ts';
import { addresses, shopOptions, startShop } from './shop.ts';

export const up: Command = {
  name: 'up',
  summary: 'starts the shop, PostgreSQL, Prometheus and the agent, and leaves them running',
  options: {
    ...shopOptions,
    for: {
      type: 'string',
      value: 'FILE',
      description: 'starts the shop that this experiment asks for: its services, replicas, environment and heaps',
      default: 'all services, one process each',
    },
    var: runOptions.var,
    'var-file': runOptions['var-file'],
  } satisfies Record<string, Option>,
  examples: ['pado up', 'pado up --port gateway=8080', 'pado up --for experiments/slow-payments.yaml'],
  async run(invocation) {
    const shop = await settingsFor(invocation);
    const running = await readStack(paths(invocation.settings.project).stackFile);
    if (running !== undefined && stateOf(running) === 'running') {
      const different = invocation.values.string('for') === undefined ? [] : settingsDiffer(shop, running.settings);
      if (different.length > 0) {
        throw new PadoError(
          'ERR_PADO_CONFLICT',
          `another shop is running here (${different.join('; ')}): "pado down" stops it`,
        );
      }
      return { json: running, text: `the shop is running already, since ${running.startedAt}\n${addresses(running)}` };
    }
    const { file } = await startShop(invocation, { bound: false, shop });
    return { json: file, text: `${addresses(file)}\n"pado down" stops it` };
  },
};

/** What the experiment of `--for` says of the shop, its references resolved. */
async function settingsFor({ values, settings }: Invocation): Promise<ShopSettings | undefined> {
  const file = values.string('for');
  const [pairs, files] = [values.strings('var'), values.strings('var-file')];
  if (file === undefined) {
    if (pairs.length + files.length > 0) throw usage('--var and --var-file are for the experiment of --for FILE');
    return undefined;
  }
  const { environment, vars, secretVars } = await readVariables(pairs, files, settings.workingDirectory);
  Object.assign(settings.environment, environment);
  const { validateExperiment } = await import('../experiment/validate.ts');
  return (await validateExperiment(shown(resolve(settings.workingDirectory, file)), { vars, secretVars })).shop;
}
