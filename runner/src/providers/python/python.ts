import { PadoError } from '@pado/fault';
import type { PythonProvider } from '../../experiment/schema.ts';
import type { Answer, CallContext } from '../provider.ts';
import { redact } from '../redact.ts';
import { type Bridge, type Reply, startBridge } from './bridge.ts';
import { findPython } from './find-python.ts';

/** Nobody waits longer for an activity, or for the controls of one level. */
const longestCallMs = 3_600_000;
const longestControlMs = 300_000;
const longestCloseMs = 10_000;

export type ControlLevel = 'experiment' | 'hypothesis' | 'method' | 'rollback' | 'activity';

export interface PythonOptions {
  /** PADO_PYTHON and PATH say which Python; the user's code gets all of it. */
  readonly environment: NodeJS.ProcessEnv;
  /** Where relative paths begin; modules beside the user are found here too. */
  readonly cwd: string;
  /** What the user's code and chaoslib log, and every control that failed. */
  readonly tell?: (level: 'info' | 'warning' | 'error', text: string) => void;
}

/** What the controls are told of a run. */
export interface PythonRun {
  readonly experiment: unknown;
  readonly configuration: CallContext['configuration'];
  readonly secrets: CallContext['secrets'];
}

/** The user's own Python with chaostoolkit; its process starts at the first use. */
export interface Python {
  /**
   * Runs a function as an activity; the output is what it returns, as JSON has it.
   * @throws PadoError ERR_PADO_PROVIDER when it raises, ERR_PADO_INVALID when its arguments do not fit,
   * ERR_PADO_NOT_FOUND without its module or without chaoslib, ERR_PADO_CHILD_DIED when Python ends.
   */
  readonly call: (provider: PythonProvider, context: CallContext, name?: string) => Promise<Answer>;
  /** Loads global controls (~/.chaostoolkit/settings.yaml) and configures all; before the first `control`. */
  readonly begin: (run: PythonRun, signal?: AbortSignal) => Promise<void>;
  /**
   * Applies every control that chaoslib would at this level. Controls may change what they are given: it is given back.
   * One that fails is told and does not matter, as in chaoslib.
   * @throws PadoError ERR_PADO_PROVIDER, for which {@link isInterruption} is true, when a control interrupts the run.
   */
  readonly control: (
    when: 'before' | 'after',
    level: ControlLevel,
    subject: unknown,
    state?: unknown,
    signal?: AbortSignal,
  ) => Promise<{ readonly subject: unknown; readonly state: unknown }>;
  /** Cleans the controls up and ends the process; twice is safe. */
  readonly close: () => Promise<void>;
}

/** Whether a control has asked for the run's end (chaoslib's InterruptExecution). */
export const isInterruption = (error: unknown): boolean =>
  error instanceof PadoError && error.details.interrupt === true;

export function openPython({ environment, cwd, tell = () => {} }: PythonOptions): Python {
  let secrets: CallContext['secrets'] = {};
  let bridge: Promise<Bridge> | undefined;
  let closing: Promise<void> | undefined;
  const tellSafely: typeof tell = (level, text) => tell(level, redact(text, secrets));

  const ask = async (what: string, task: string, body: object, limitMs: number, signal?: AbortSignal) => {
    bridge ??= start();
    const limit = AbortSignal.timeout(limitMs);
    const reply = await (await bridge)
      .request(task, body, signal === undefined ? limit : AbortSignal.any([signal, limit]))
      .catch((error: unknown) => {
        signal?.throwIfAborted();
        if (!limit.aborted) throw error;
        throw new PadoError('ERR_PADO_PROVIDER', `${what} took longer than ${limitMs / 1_000} s`, { cause: error });
      });
    return resultOf(reply, what, secrets);
  };
  const start = async () => startBridge({ python: findPython(environment, cwd), environment, cwd, tell: tellSafely });

  return {
    call: async (provider, context, name = provider.func) => {
      secrets = { ...secrets, ...context.secrets };
      const startedAt = performance.now();
      const { configuration } = context;
      const body = { provider, name, configuration, secrets: context.secrets };
      const what = `${provider.module}.${provider.func}`;
      const output = await ask(what, 'call', body, longestCallMs, context.signal);
      return { output, durationMs: performance.now() - startedAt };
    },
    begin: async (run, signal) => {
      ({ secrets } = run);
      await ask('configuring the controls', 'begin', run, longestControlMs, signal);
    },
    control: async (when, level, subject, state = null, signal) => {
      const what = `a control ${when} the ${level}`;
      const body = { when, level, subject, state };
      return (await ask(what, 'control', body, longestControlMs, signal)) as { subject: unknown; state: unknown };
    },
    close: () => {
      closing ??= (async () => {
        if (bridge === undefined) return;
        const { request, end } = await bridge;
        try {
          await request('close', {}, AbortSignal.timeout(longestCloseMs));
        } catch (error) {
          tellSafely('warning', `controls were not cleaned up: ${(error as Error).message}`);
        }
        await end();
      })().catch(() => {}); // One that could not be started has told so already.
      return closing;
    },
  };
}

function resultOf(reply: Reply, what: string, secrets: CallContext['secrets']): unknown {
  if ('result' in reply) return reply.result;
  if ('interrupt' in reply)
    throw new PadoError('ERR_PADO_PROVIDER', redact(`${what} interrupted the run: ${reply.interrupt}`, secrets), {
      details: { interrupt: true },
    });
  const { kind, message, at, traceback } = reply.error;
  const code = { raised: 'ERR_PADO_PROVIDER', missing: 'ERR_PADO_NOT_FOUND', invalid: 'ERR_PADO_INVALID' } as const;
  const remedy = kind === 'missing' ? '; install the extension that has it into the Python of chaostoolkit' : '';
  const place = at === null ? '' : ` (${at})`;
  throw new PadoError(code[kind], redact(`${what}: ${message}${place}${remedy}`, secrets), {
    details: { traceback: redact(traceback, secrets) },
  });
}
