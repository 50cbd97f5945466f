import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from './figure.ts';

const root = '/sys/fs/cgroup';
let counter = 0;

/** A cgroup (v1) with a limit, for as long as the figure runs; undefined where none can be made. */
export function makeCgroup(
  bench: Bench,
  controller: 'cpu' | 'memory',
  files: Readonly<Record<string, string>>,
): string | undefined {
  counter += 1;
  const directory = join(root, controller, `pado-bench-${process.pid}-${counter}`);
  try {
    mkdirSync(directory);
    // Its processes have been killed by then, but the kernel may still be burying them.
    bench.defer(async () => {
      for (let attempt = 0; attempt < 50; attempt += 1) {
        try {
          return rmdirSync(directory);
        } catch {
          await sleep(20);
        }
      }
    });
    for (const [name, value] of Object.entries(files)) writeFileSync(join(directory, name), value);
    return directory;
  } catch {
    return undefined;
  }
}
