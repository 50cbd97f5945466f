import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { identify, type ProcessId } from '../../stack/process-table.ts';

/** The `chaos` that a step was called by, or else whoever called it: a session lasts no longer than that process. */
export function callerOf(pid = process.ppid): ProcessId | undefined {
  for (let at: number | undefined = pid; at !== undefined && at > 1; at = parentOf(at)) {
    if (isChaos(at)) return identify(at);
  }
  return identify(pid);
}

/** `python3 …/chaos run …` or `python3 -m chaostoolkit run …`. */
function isChaos(pid: number): boolean {
  const words = read(`/proc/${pid}/cmdline`)?.split('\0') ?? [];
  return words.slice(0, 3).some((word) => ['chaos', 'chaostoolkit'].includes(basename(word)));
}

function parentOf(pid: number): number | undefined {
  // The name in field 2 may hold spaces and brackets: fields are counted after its last one.
  const fields = read(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ');
  return fields?.[1] === undefined ? undefined : Number(fields[1]);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // it has ended, or there is no /proc
  }
}
