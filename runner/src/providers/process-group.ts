import type { ChildProcess } from 'node:child_process';

/** Between asking a process to end and ending it. */
const graceMs = 2_000;

/** Ends a detached child and all that it has started: SIGTERM, and SIGKILL for what is left after 2 s. Twice is safe. */
export function endGroup(child: ChildProcess): void {
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
  // The group may outlive its first process: it is gone when nothing of it can be signalled.
  child.once('close', () => {
    if (signalGroup(child, 0)) return;
    clearTimeout(timer);
  });
}

/** Whether there was anything to signal. */
export function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}
