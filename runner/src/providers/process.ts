import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { PadoError } from '@pado/fault';
import type { ProcessProvider } from '../experiment/schema.ts';
import { isObject } from '../is-object.ts';
import { findProgram } from './find-program.ts';
import { endGroup } from './process-group.ts';
import type { Answer, CallContext } from './provider.ts';
import { redact } from './redact.ts';
import { shellWords } from './shell-words.ts';

/** Of stdout and of stderr each; what comes after it is read and dropped. */
const longestOutput = 1_024 * 1_024;
/** What a program has started may hold its output open; it is waited for this long after the program's end. */
const lingerMs = 1_000;

/**
 * Runs a program, never through a shell; the output is {status, stdout, stderr}. A status other than 0 is an answer;
 * after a signal it is the negative number of it, as in Python.
 * @throws PadoError ERR_PADO_NOT_FOUND without such a program, ERR_PADO_PROVIDER when it takes longer than its timeout.
 */
export async function runProcess(provider: ProcessProvider, context: CallContext): Promise<Answer> {
  const { cwd, signal, secrets } = context;
  const env = { ...process.env, ...textsOf(provider.env) };
  const file = findProgram(provider.path, cwd, env.PATH);
  if (file === undefined) {
    const where = provider.path.includes('/') ? `from ${cwd}` : 'on PATH';
    throw new PadoError('ERR_PADO_NOT_FOUND', `there is no program ${provider.path} ${where} that can be run`, {
      details: { path: provider.path },
    });
  }
  const args = argumentsOf(provider.arguments);
  const decoder = decoderOf(provider.encoding);
  signal.throwIfAborted();
  const startedAt = performance.now();
  // A group of its own, so that a timeout also ends what the program has started.
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const limit = provider.timeout === undefined ? undefined : AbortSignal.timeout(provider.timeout * 1_000);
  const stop = limit === undefined ? signal : AbortSignal.any([signal, limit]);
  const end = () => endGroup(child);
  stop.addEventListener('abort', end, { once: true });
  try {
    const status = await ended(child);
    signal.throwIfAborted();
    const fail = (what: string) =>
      new PadoError('ERR_PADO_PROVIDER', redact(`${provider.path} ${what}`, secrets), {
        details: { stdout: redact(decoder(stdout()), secrets), stderr: redact(decoder(stderr()), secrets) },
      });
    if (limit?.aborted) throw fail(`took longer than its timeout of ${provider.timeout} s and was ended`);
    const output = { status, stdout: decoder(stdout()), stderr: decoder(stderr()) };
    return { output, durationMs: performance.now() - startedAt };
  } finally {
    stop.removeEventListener('abort', end);
  }
}

/** As chaoslib has them: null and empty texts are left out. */
function argumentsOf(given: unknown): string[] {
  if (typeof given === 'string') return shellWords(given);
  const items = Array.isArray(given) ? given : isObject(given) ? Object.entries(given).flat(1) : [];
  return items.filter((item) => item !== null && item !== undefined && item !== '').map(asText);
}

function asText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const textsOf = (env: Readonly<Record<string, unknown>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]));

/** Resolves when the program has ended and its output is complete, or is held open by what it has left behind. */
function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    child.once('error', (cause) =>
      reject(
        new PadoError('ERR_PADO_PROVIDER', `${child.spawnfile} could not be started: ${cause.message}`, { cause }),
      ),
    );
    child.once('exit', () => {
      timer = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, lingerMs);
    });
    child.once('close', (code, name) => {
      clearTimeout(timer);
      resolve(name === null ? (code ?? 0) : -constants.signals[name]);
    });
  });
}

function collect(stream: Readable): () => Buffer {
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    if (length >= longestOutput) return;
    chunks.push(chunk.subarray(0, longestOutput - length));
    length += chunk.length;
  });
  stream.on('error', () => {});
  return () => Buffer.concat(chunks);
}

function decoderOf(encoding = 'utf-8'): (bytes: Buffer) => string {
  try {
    const decoder = new TextDecoder(encoding);
    return (bytes) => decoder.decode(bytes);
  } catch (cause) {
    throw new PadoError('ERR_PADO_INVALID', `there is no encoding ${encoding}; a usual one is utf-8`, { cause });
  }
}
