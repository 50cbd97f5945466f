import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { PadoError } from '@pado/fault';
import { endGroup } from '../process-group.ts';
import type { FoundPython } from './find-python.ts';

/** Importing chaoslib takes a second; on a busy machine more. */
const startMs = 60_000;
const lastLines = 5;
const lingerMs = 1_000;

export interface Failure {
  readonly kind: 'raised' | 'missing' | 'invalid';
  readonly message: string;
  /** File and line. */
  readonly at: string | null;
  readonly traceback: string;
}

export type Reply = { readonly result: unknown } | { readonly interrupt: string } | { readonly error: Failure };
type Message = Partial<{
  readonly id: number;
  readonly log: Level;
  readonly text: string;
  readonly missing: string;
  readonly ready: unknown;
}>;
type Level = 'info' | 'warning' | 'error';

export interface BridgeOptions {
  readonly python: FoundPython;
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly tell: (level: Level, text: string) => void;
}

/** The process that runs bridge.py. */
export interface Bridge {
  /** Rejects with the signal's reason when it is aborted: the user's code gets an exception, but is not waited for. */
  readonly request: (task: string, body: object, signal: AbortSignal) => Promise<Reply>;
  /** Ends the process: it gets 2 s; twice is safe. */
  readonly end: () => Promise<void>;
}

/** @throws PadoError ERR_PADO_NOT_FOUND when its Python has no chaoslib, ERR_PADO_CHILD_DIED when it ends at once. */
export async function startBridge({ python, environment, cwd, tell }: BridgeOptions): Promise<Bridge> {
  const script = fileURLToPath(new URL('./bridge.py', import.meta.url));
  // A group of its own, so that Ctrl-C reaches the runner alone, and its end also ends what the user's code has started.
  const child = spawn(python.path, ['-u', script], {
    cwd,
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  const [, stdout, stderr, requests, answers] = child.stdio as [null, Readable, Readable, Writable, Readable];
  const tail: string[] = [];
  for (const stream of [stdout, stderr])
    createInterface({ input: stream }).on('line', (line) => {
      tail.push(line);
      if (tail.length > lastLines) tail.shift();
      tell('info', line);
    });
  const waiting = new Map<number, (reply: Reply | PadoError) => void>();
  let died: PadoError | undefined;
  let last = 0;
  // A process that has ended takes no requests: its end is told by `close`.
  requests.on('error', () => {});
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => {});
  const closed = Promise.withResolvers<void>();
  const die = (how: string) => {
    const said = tail.length === 0 ? '' : `; it said last: ${tail.join(' | ')}`;
    died ??= new PadoError('ERR_PADO_CHILD_DIED', `the Python at ${python.path} ${how}${said}`);
    ready.reject(died);
    for (const settle of waiting.values()) settle(died);
    waiting.clear();
    closed.resolve();
  };
  child.once('error', (cause) => die(`could not be started: ${cause.message}`));
  // What the user's code has left behind may hold the output open.
  child.once('exit', () =>
    setTimeout(() => {
      for (const stream of [stdout, stderr, answers]) stream.destroy();
    }, lingerMs).unref(),
  );
  child.once('close', (code, name) => die(`has ended by ${name ?? `exit code ${code}`}`));

  createInterface({ input: answers }).on('line', (line) => {
    const message = JSON.parse(line) as Message;
    if (message.log !== undefined) tell(message.log, message.text ?? '');
    else if (message.ready !== undefined) ready.resolve();
    else if (message.missing !== undefined) ready.reject(withoutChaoslib(python, message.missing));
    else if (message.id !== undefined) {
      waiting.get(message.id)?.(message as unknown as Reply);
      waiting.delete(message.id);
    }
  });

  const end = async () => {
    requests.end();
    const timer = setTimeout(() => endGroup(child), 3_000);
    await closed.promise;
    clearTimeout(timer);
  };
  const timer = setTimeout(() => {
    ready.reject(
      new PadoError('ERR_PADO_NOT_READY', `the Python at ${python.path} was not ready within ${startMs / 1_000} s`),
    );
  }, startMs);
  try {
    await ready.promise;
  } catch (error) {
    await end();
    throw error;
  } finally {
    clearTimeout(timer);
  }

  return {
    request: (task, body, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        if (died !== undefined) return reject(died);
        const id = ++last;
        const abort = () => {
          waiting.delete(id);
          requests.write(`${JSON.stringify({ cancel: id })}\n`);
          reject(signal.reason);
        };
        signal.addEventListener('abort', abort, { once: true });
        waiting.set(id, (reply) => {
          signal.removeEventListener('abort', abort);
          if (reply instanceof PadoError) reject(reply);
          else resolve(reply);
        });
        requests.write(`${JSON.stringify({ id, do: task, with: body })}\n`);
      }),
    end,
  };
}

const withoutChaoslib = ({ path, because }: FoundPython, reason: string) =>
  new PadoError(
    'ERR_PADO_NOT_FOUND',
    `the Python at ${path} (${because}) has no chaostoolkit (${reason}): run "${path} -m pip install chaostoolkit", or name another Python by PADO_PYTHON`,
    { details: { python: path } },
  );
