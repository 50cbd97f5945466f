import { closeSync, constants, read as fsRead, openSync, writeSync } from 'node:fs';
import type { ThreadpoolEffect } from '@pado/fault';
import { Evidence } from '../evidence.ts';
import { clearTimer, startInterval, startTimer, stopInterval } from '../host/clock.ts';
import { guarded, safely } from '../host/guard.ts';
import { patch, type Undo } from '../host/patch.ts';
import { type EffectContext, Refusal, type RunningEffect } from './effect.ts';

// Taken at once: whoever patches node:fs later has nothing to do with these reads.
const read = fsRead;

/** A pseudo-terminal's master: a read waits for what the terminal says, which is nothing until somebody types. */
const device = '/dev/ptmx';
const idleCheckMs = 200;
const mostThreads = 1_024;

/** libuv reads it when it first needs its pool; it has 4 threads by default and 1,024 at most. */
const poolSize = (): number => {
  const given = Math.trunc(Number(process.env.UV_THREADPOOL_SIZE ?? 4));
  return Math.min(given > 0 ? given : 1, mostThreads);
};

/** Nothing but reads of ours keeps the loop alive. */
const isIdle = (reads: number): boolean => {
  const resources = process.getActiveResourcesInfo();
  return resources.length <= reads && resources.every((name) => name === 'FSReqCallback');
};

/**
 * Reads that block one thread each, without any CPU, until the terminal's own echo answers them. Not under
 * UV_USE_IO_URING=1 with Node.js 20: there, neither these reads nor the host's take a thread.
 */
class Blockade {
  readonly #fd: number;
  /** Reads that have not been answered by a byte. */
  #waiting = 0;
  /** Reads whose callback has not come yet. */
  #pending = 0;
  #closed = false;

  constructor() {
    this.#fd = openSync(device, constants.O_RDWR | constants.O_NOCTTY);
  }

  get waiting(): number {
    return this.#waiting;
  }

  occupy(count: number): void {
    for (let i = this.#waiting; i < count; i += 1) {
      this.#waiting += 1;
      this.#pending += 1;
      read(
        this.#fd,
        Buffer.allocUnsafeSlow(1),
        0,
        1,
        null,
        guarded(() => {
          this.#pending -= 1;
          this.#closeWhenDone();
        }),
      );
    }
  }

  /** Types one byte for each read: the line discipline echoes it to the master, whoever reads there goes on. */
  release(): void {
    if (this.#waiting > 0) writeSync(this.#fd, 'x'.repeat(this.#waiting));
    this.#waiting = 0;
  }

  close(): void {
    this.release();
    this.#closed = true;
    this.#closeWhenDone();
  }

  /** Not before: the descriptor's number may be taken by a file of the host's while a read is still queued for it. */
  #closeWhenDone(): void {
    if (this.#closed && this.#pending === 0) closeSync(this.#fd);
  }
}

/**
 * Occupies threads of libuv's pool. Their reads would keep a process alive that is done, and block its exit: so they
 * are released when the process exits, and for a moment whenever nothing else keeps the loop alive.
 */
export function threadpoolEffect(effect: ThreadpoolEffect, context: EffectContext): RunningEffect {
  const evidence = new Evidence(context.index, effect.kind);
  let blockade: Blockade | undefined;
  let idleCheck: NodeJS.Timeout | undefined;
  let again: NodeJS.Timeout | undefined;
  let unpatch: Undo = () => {};

  const occupy = (): void => blockade?.occupy(Math.min(effect.occupied ?? poolSize(), poolSize()));
  const onExit = guarded(() => blockade?.release());

  const letGo = guarded(() => {
    if (!blockade || blockade.waiting === 0 || !isIdle(blockade.waiting)) return;
    blockade.release();
    // Only comes when the process was not done after all.
    again = startTimer(guarded(occupy), idleCheckMs).unref();
  });

  const close = (): void => {
    stopInterval(idleCheck);
    clearTimer(again);
    process.off('exit', onExit);
    unpatch();
    const closing = blockade;
    blockade = undefined;
    if (closing) safely(() => closing.close());
  };

  return {
    evidence,
    enter: () => {
      try {
        closeSync(openSync(device, constants.O_RDWR | constants.O_NOCTTY));
      } catch (cause) {
        throw new Refusal(
          'ERR_PADO_REFUSED',
          `threads are occupied by reads of ${device}, which cannot be opened: ${(cause as Error).message}`,
        );
      }
    },
    open: () => {
      if (blockade) return;
      blockade = new Blockade();
      occupy();
      process.prependListener('exit', onExit);
      // For who has removed all listeners, or goes past them.
      unpatch = patch(process, 'reallyExit', (original, self, args) => {
        onExit();
        return Reflect.apply(original, self, args);
      });
      idleCheck = startInterval(letGo, idleCheckMs).unref();
      evidence.matched = 1;
      evidence.applied = 1;
    },
    close,
    leave: close,
  };
}
