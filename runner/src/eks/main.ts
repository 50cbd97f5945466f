import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PadoError } from '@pado/fault';
import { describeError, exitCodeOf } from '../cli/errors.ts';
import { interruptible } from '../cli/interrupt.ts';
import { readSettings, type Settings } from '../cli/settings.ts';
import { createCli } from './cli.ts';
import { readClusterFile } from './cluster-file.ts';
import type { Context } from './context.ts';
import { masked } from './mask.ts';

export interface Options {
  readonly yes: boolean;
}

export type Work = (context: Context, options: Options, environment: NodeJS.ProcessEnv) => Promise<number>;

const help = `  --file FILE       eks.yml (default), eks-fargate.yml or eks-auto.yml
  --image IMAGE     the pado image where the cluster can pull it; without it, agent and shop are left out (eks:up)
  --template FILE   a copy of Karpenter's CloudFormation template instead of fetching it (eks:up)
  --verbose         shows every command
  --yes             does it; without, it only says what it would do`;

/** What eks:up, eks:down and eks:preflight have in common: options, interrupts, and errors with an exit code. */
export async function main(work: Work): Promise<void> {
  const settings = readSettings();
  const out = (line: string) => void process.stderr.write(`${masked(line)}\n`);
  try {
    process.exitCode = await start(work, settings, out);
  } catch (error) {
    out(describeError(error, settings.debug).text);
    process.exitCode = exitCodeOf(error);
  }
}

async function start(work: Work, settings: Settings, out: (line: string) => void): Promise<number> {
  const values = optionsOf(process.argv.slice(2));
  if (values.help === true) {
    out(help);
    return 0;
  }
  const from = (path: string): string => resolve(settings.workingDirectory, path);
  const cluster = await readClusterFile(
    values.file === undefined ? join(settings.installation, 'eks.yml') : from(values.file),
  );
  using interrupt = interruptible(out);
  const { signal } = interrupt;
  const environment = { HOME: homedir(), ...settings.environment };
  const verbose = values.verbose === true ? { onCommand: (line: string) => out(`  $ ${line}`) } : {};
  const context: Context = {
    ...{ cluster, signal, progress: out, root: settings.installation },
    cli: createCli({ environment, signal, ...verbose }),
    kubeconfig: join(settings.project, '.pado/eks', `${cluster.name}.kubeconfig`),
    ...(values.image === undefined ? {} : { image: values.image }),
    ...(values.template === undefined ? {} : { template: from(values.template) }),
  };
  return work(context, { yes: values.yes === true }, environment);
}

function optionsOf(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        file: { type: 'string' },
        image: { type: 'string' },
        template: { type: 'string' },
        yes: { type: 'boolean' },
        verbose: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (cause) {
    throw new PadoError('ERR_PADO_USAGE', `${(cause as Error).message.split('\n')[0]}\n${help}`, { cause });
  }
}
