import { join, resolve } from 'node:path';
import { PadoError } from '@pado/fault';
import type { Command, Invocation, Outcome } from '../cli/command.ts';
import { usage } from '../cli/parse.ts';
import { onKubernetes } from '../kubernetes/options.ts';
import { paths } from '../stack/paths.ts';
import { runOptions } from './run/options.ts';

const { prometheus, agent, gateway, load, kubernetes, namespace, context } = runOptions;
const options = { prometheus, agent, gateway, load, kubernetes, namespace, context };

const forms = {
  begin: 'begin RUN FILE VALUES',
  probe: 'probe RUN NAME',
  act: 'act RUN NAME',
  end: 'end RUN',
  keep: 'keep RUN FILE VALUES CALLER',
} as const;

export const step: Command = {
  name: 'step',
  summary: 'what the files of "pado export --chaostoolkit" call: begin, probe, act, end',
  options,
  positional: { name: 'STEP', description: `${Object.values(forms).slice(0, 4).join(', ')}`, max: 5 },
  examples: [`pado step probe slow-payments 'checkout p99'`, 'pado step end slow-payments'],
  async run(invocation) {
    const { positionals, settings, signal } = invocation;
    const [verb = '', run = '', ...words] = positionals;
    const form = forms[verb as keyof typeof forms];
    if (form === undefined || positionals.length !== form.split(' ').length || !/^[a-z0-9-]+$/.test(run)) {
      throw usage(`"step" has these forms: ${Object.values(forms).slice(0, 4).join(', ')}`);
    }
    if (verb === 'keep') return keep(invocation, run, words);
    const [{ openSession }, { readSession, sessionFiles }, { askSession }, { callerOf }] = await Promise.all([
      import('../export/session/begin.ts'),
      import('../export/session/state.ts'),
      import('../export/session/ask.ts'),
      import('../export/session/caller.ts'),
    ]);
    const { state } = paths(settings.project);
    if (verb === 'begin') {
      const caller = callerOf();
      const keeping = ['step', 'keep', run, ...words, JSON.stringify(caller ?? null)];
      const session = await openSession({
        ...{ state, run, caller, signal },
        command: {
          file: process.execPath,
          args: [...mainArgs(settings.installation), ...keeping, ...given(invocation)],
        },
        environment: settings.environment,
        cwd: process.cwd(),
      });
      return outcome(await askSession(session, { verb }, signal));
    }
    const session = await readSession(sessionFiles(state, run).session);
    if (session !== undefined) return outcome(await askSession(session, { verb, name: words[0] ?? '' }, signal));
    if (verb === 'end') return outcome({ exitCode: 0, json: { ended: run } });
    throw new PadoError('ERR_PADO_NOT_FOUND', `no run ${run} goes on here: its first step is "pado step begin"`);
  },
};

async function keep(invocation: Invocation, run: string, words: readonly string[]): Promise<Outcome> {
  const [file = '', values = '', caller = 'null'] = words;
  const { keep: keepRun } = await import('../export/session/keep.ts');
  await keepRun({
    ...{ invocation, run, values, file: resolve(invocation.settings.workingDirectory, file) },
    caller: JSON.parse(caller) ?? undefined,
    findWhere: async (experiments) => {
      if (!onKubernetes(invocation)) return (await import('./run/where.ts')).whereLocally(invocation, experiments);
      return (await import('../kubernetes/commands/run.ts')).whereInCluster(invocation);
    },
  });
  return { json: { kept: run } };
}

const mainArgs = (installation: string): string[] => [
  '--disable-warning=ExperimentalWarning',
  join(installation, 'runner/src/main.ts'),
];

/** The options of this call again. */
const given = ({ values }: Invocation): string[] =>
  Object.entries(options).flatMap(([name, { type }]) => {
    if (type === 'boolean') return values.boolean(name) ? [`--${name}`] : [];
    const value = values.string(name);
    return value === undefined ? [] : [`--${name}=${value}`];
  });

/** A step's answer is always JSON: the journal of `chaos` keeps what a process prints. */
const outcome = ({ exitCode, json }: { readonly exitCode: number; readonly json: unknown }): Outcome => ({
  exitCode,
  json,
  text: JSON.stringify(json),
});
