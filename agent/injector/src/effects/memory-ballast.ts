import { MessageChannel } from 'node:worker_threads';
import { safely } from '../host/guard.ts';
import { load } from '../host/load.ts';

/** Memory that is held. */
export interface Ballast {
  readonly heldBytes: number;
  /** Takes about so many bytes more. */
  grow(bytes: number): void;
  release(): void;
}

const blockBytes = 2 ** 20;

/** A full collection, which gives the pages of what we held back at once; the host might not collect for minutes. */
function collect(): void {
  const v8 = load('node:v8') as typeof import('node:v8');
  const vm = load('node:vm') as typeof import('node:vm');
  v8.setFlagsFromString('--expose-gc');
  const gc = vm.runInNewContext('gc') as () => void;
  v8.setFlagsFromString('--no-expose-gc');
  gc();
}

/**
 * Live arrays of small integers: eight bytes each, in V8's old space as large objects. Any other value would change the
 * array's kind, and leave a copy of it as garbage.
 */
export function heapBallast(): Ballast {
  let blocks: number[][] = [];
  return {
    get heldBytes() {
      return blocks.length * blockBytes;
    },
    grow: (bytes) => {
      const count = Math.ceil(bytes / blockBytes);
      for (let i = 0; i < count; i += 1) blocks.push(new Array<number>(blockBytes / 8).fill(1));
    },
    release: () => {
      const isEmpty = blocks.length === 0;
      blocks = [];
      if (!isEmpty) safely(collect);
    },
  };
}

/** From this size on, malloc always maps and unmaps (M_MMAP_THRESHOLD's upper limit): what is freed goes back at once. */
const mappedBytes = 33 * 2 ** 20;
const largestBytes = 2 ** 28;

/** Detaches a buffer, so that its pages are free without waiting for a garbage collection. */
function free(buffer: ArrayBuffer): void {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.postMessage(buffer, [buffer]);
  port1.close();
}

/** Memory outside of V8's heap, resident because every page is written. It is reserved whole and touched step by step. */
export function rssBallast(totalBytes: number): Ballast {
  let areas: Uint8Array[] = [];
  let held = 0;
  return {
    get heldBytes() {
      return held;
    },
    grow: (bytes) => {
      let left = Math.ceil(bytes);
      while (left > 0) {
        const offset = held % largestBytes;
        if (offset === 0) {
          const size = Math.max(mappedBytes, Math.min(largestBytes, totalBytes - held));
          areas.push(new Uint8Array(Buffer.allocUnsafeSlow(size).buffer));
        }
        const count = Math.min(left, largestBytes - offset);
        areas.at(-1)!.fill(1, offset, offset + count);
        held += count;
        left -= count;
      }
    },
    release: () => {
      for (const { buffer } of areas) free(buffer as ArrayBuffer);
      areas = [];
      held = 0;
    },
  };
}
