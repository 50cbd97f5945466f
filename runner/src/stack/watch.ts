import type { PadoError } from '@pado/fault';
import type { StackFile } from '../contracts.ts';
import { diedError } from './child.ts';
import { isAlive } from './process-table.ts';
import { essential } from './stack-file.ts';

const intervalMs = 250;

/**
 * Tells about the first process of a stack that ends and is not started again. For stacks whose processes are not our
 * children.
 */
export function watchStack(stack: StackFile, onDied: (error: PadoError) => void): Disposable {
  const processes = essential(stack);
  const timer = setInterval(() => {
    const dead = processes.find((one) => !isAlive(one));
    if (dead === undefined) return;
    clearInterval(timer);
    onDied(diedError(dead.name, dead.log));
  }, intervalMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
