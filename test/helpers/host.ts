import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { bundle } from '@pado/injector/bundle';
import type { Test } from 'tap';
import { WireAgent, type WireTarget } from './wire-agent.ts';

interface Failure {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly errno?: number;
  readonly syscall?: string;
  readonly address?: string;
  readonly port?: number;
  readonly cause?: Failure;
}

export interface CallResult {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly error?: Failure;
  readonly ms: number;
}

export type Client = 'http' | 'http keep-alive' | 'http without agent' | 'fetch' | 'undici' | 'pool';
export const clients: readonly Client[] = ['http', 'http keep-alive', 'http without agent', 'fetch', 'undici', 'pool'];

export interface Call {
  readonly client: Client;
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly count?: number;
  readonly concurrency?: number;
  readonly timeoutMs?: number;
}

interface Answer {
  readonly id: unknown;
  readonly value?: unknown;
  readonly error?: string;
}

/** A fixture program in a process of its own; see test/fixtures/host.mjs for its commands. */
export class Host {
  readonly child: ChildProcess;
  /** All that the program, or the injector within it, has written. */
  output = '';
  #id = 0;
  readonly #pending = new Map<unknown, (answer: Answer) => void>();

  constructor(child: ChildProcess) {
    this.child = child;
    child.on('message', (answer: Answer) => this.#pending.get(answer.id)?.(answer));
    child.stdout?.on('data', (chunk) => {
      this.output += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      this.output += chunk;
    });
  }

  async ask<T>(command: string, argument?: unknown): Promise<T> {
    this.#id += 1;
    const id = this.#id;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#pending.set(id, resolve);
    this.child.send({ id, command, argument });
    const { value, error } = await promise;
    this.#pending.delete(id);
    if (error) throw new Error(error);
    return value as T;
  }

  call(call: Call): Promise<CallResult[]> {
    return this.ask('call', call);
  }

  async callOnce(call: Call): Promise<CallResult> {
    return (await this.call(call))[0]!;
  }
}

const fixture = fileURLToPath(new URL('../fixtures/host.mjs', import.meta.url));

/**
 * Forks a program whose NODE_OPTIONS are what `env` says and nothing else: the test runner adds a preload of its own to
 * every child, with a thread for its loader, which old versions of Node.js do not even run. A shell drops it.
 */
export function forkAlone(
  file: string,
  { execPath, execArgv = [], env }: { execPath: string; execArgv?: readonly string[]; env: NodeJS.ProcessEnv },
): ChildProcess {
  const { NODE_OPTIONS = '', ...rest } = env;
  return fork(file, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execPath: '/bin/sh',
    execArgv: ['-c', 'NODE_OPTIONS="$PROGRAM_OPTIONS" exec "$0" "$@"', execPath, ...execArgv],
    env: { ...rest, PROGRAM_OPTIONS: NODE_OPTIONS },
  });
}

export async function startHost(
  t: Test,
  agent?: WireAgent,
  env: NodeJS.ProcessEnv = {},
  file: string = fixture,
  execPath: string = process.execPath,
): Promise<Host> {
  const child = forkAlone(file, {
    execPath,
    env: {
      ...process.env,
      NODE_OPTIONS: `--require=${await bundle()}`,
      ...(agent && { PADO_AGENT_URL: agent.url, PADO_AGENT_TOKEN_FILE: agent.tokenFile }),
      ...env,
    },
  });
  t.teardown(() => {
    child.kill('SIGKILL');
  });
  const host = new Host(child);
  const [first] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (typeof first !== 'object') throw new Error(`the fixture has ended with ${first}: ${host.output}`);
  return host;
}

export interface Armed {
  readonly agent: WireAgent;
  readonly host: Host;
  readonly target: WireTarget;
  /** The host's own server. */
  readonly url: string;
  readonly port: number;
}

/** An agent, and a program connected to it. */
export async function connectedHost(t: Test, env: NodeJS.ProcessEnv = {}): Promise<Armed> {
  const agent = await new WireAgent().start();
  t.teardown(() => agent.stop());
  const arriving = agent.nextTarget();
  const host = await startHost(t, agent, { PADO_NAME: 'orders', PADO_LABELS: 'tier=back', ...env });
  const target = await arriving;
  const port = await host.ask<number>('port');
  return { agent, host, target, port, url: `http://127.0.0.1:${port}` };
}
