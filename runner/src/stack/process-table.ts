/** What /proc tells about a process. A pid alone may have been given to a stranger, so its start time goes with it. */
import { readFileSync } from 'node:fs';

export interface ProcessId {
  readonly pid: number;
  /** Clock ticks since boot: field 22 of /proc/PID/stat. */
  readonly startTicks: number;
}

interface Stat {
  readonly state: string;
  readonly startTicks: number;
}

/** The identity of a running process; undefined when it has ended. */
export function identify(pid: number): ProcessId | undefined {
  const stat = readStat(pid);
  return stat === undefined ? undefined : { pid, startTicks: stat.startTicks };
}

/** True while this very process runs; a zombie, which nobody has reaped yet, has ended. */
export function isAlive({ pid, startTicks }: ProcessId): boolean {
  return readStat(pid)?.startTicks === startTicks;
}

/** Resident memory in bytes; undefined when the process has ended. */
export function residentBytes(pid: number): number | undefined {
  const text = read(`/proc/${pid}/status`);
  const kilobytes = text === undefined ? undefined : /^VmRSS:\s+(\d+) kB/m.exec(text)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** Sends a signal unless the process has ended; says whether it was sent. */
export function signalProcess(process_: ProcessId, signal: NodeJS.Signals): boolean {
  if (!isAlive(process_)) return false;
  try {
    return process.kill(process_.pid, signal);
  } catch {
    return false; // it ended in between
  }
}

function readStat(pid: number): Stat | undefined {
  // The name in field 2 may hold spaces and brackets: fields are counted after its last one.
  const fields = read(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ');
  const [state, startTicks] = [fields?.[0], fields?.[19]];
  if (state === undefined || startTicks === undefined || state === 'Z' || state === 'X') return undefined;
  return { state, startTicks: Number(startTicks) };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
