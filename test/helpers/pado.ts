import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FaultStatus } from '@pado/fault';
import type { Test } from 'tap';
import type { StackFile } from '../../runner/src/contracts.ts';
import type { LedgerLine } from './audit.ts';

export const checkout = fileURLToPath(new URL('../../', import.meta.url));
const bin = join(checkout, 'runner/bin/pado');

export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stderr has shown this; rejects when the command ends without. */
  readonly shows: (pattern: RegExp) => Promise<void>;
}

/** A project of its own, so that a test neither sees nor disturbs the checkout's; stopped and gone at the end. */
export async function project(t: Test) {
  const folder = await mkdtemp(join(tmpdir(), 'pado-project-'));
  await mkdir(join(folder, '.pado'));
  const start = (...args: string[]): Started => {
    const child = spawn('sh', [bin, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    // 'exit', not 'close': whoever inherited the pipes may outlive a command that was killed.
    const ended = once(child, 'exit').then(([exitCode, signal]) => ({ exitCode, signal, ...output }) as Ended);
    const shows = async (pattern: RegExp) => {
      let isOver = false;
      const over = ended.then(() => {
        isOver = true;
      });
      while (!pattern.test(output.stderr)) {
        if (isOver) throw new Error(`the command ended without ${pattern}: ${output.stderr}`);
        await Promise.race([once(child.stderr, 'data'), over]);
      }
    };
    return { child, ended, shows };
  };
  const pado = (...args: string[]) => start(...args).ended;
  const stack = async () => JSON.parse(await readFile(join(folder, '.pado/stack.json'), 'utf8')) as StackFile;
  t.teardown(async () => {
    await pado('down');
    await rm(folder, { recursive: true, force: true });
  });
  return {
    folder,
    start,
    pado,
    stack,
    isUp: () => existsSync(join(folder, '.pado/stack.json')),
    /** Resolves with the one fault of the running experiment once it has hit someone; rejects when the command ends before. */
    async bitten(command: { ended: Promise<Ended> }): Promise<FaultStatus> {
      let ended: Ended | undefined;
      void command.ended.then((how) => {
        ended = how;
      });
      for (;;) {
        if (ended) throw new Error(`the command ended early: ${ended.stderr}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
        try {
          const { agent } = await stack();
          const token = (await readFile(agent.tokenFile, 'utf8')).trim();
          const answer = await fetch(`${agent.url}/v1/faults`, { headers: { authorization: `Bearer ${token}` } });
          const { items } = (await answer.json()) as { items: FaultStatus[] };
          const active = items.find((fault) => fault.phase === 'Injected' && (fault.evidence[0]?.applied ?? 0) > 0);
          if (active) return active;
        } catch {
          // Not up yet.
        }
      }
    },
    /** What the load of the last run was told. */
    async ledger(): Promise<LedgerLine[]> {
      const last = (await readdir(join(folder, '.pado/runs'))).sort().at(-1) ?? '';
      const text = await readFile(join(folder, '.pado/runs', last, 'ledger.ndjson'), 'utf8');
      return text.split('\n').flatMap((line) => {
        try {
          return [JSON.parse(line) as LedgerLine];
        } catch {
          return []; // the last line of a load that was killed
        }
      });
    },
  };
}

/**
 * Asks again and again until an answer comes in less than `fastMs` (or nobody is there to ask), and resolves with the
 * milliseconds from `sinceMs` until that request was sent: how long the delay outlived what ended it, at most.
 */
export async function untilFast(url: string, sinceMs: number, fastMs = 1_000): Promise<number> {
  return new Promise((resolve) => {
    const timer = setInterval(async () => {
      const sentMs = performance.now();
      const body = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
      await fetch(url, body).then(
        (answer) => answer.text(),
        () => undefined,
      );
      if (performance.now() - sentMs >= fastMs) return;
      clearInterval(timer);
      resolve(sentMs - sinceMs);
    }, 100);
  });
}
