import { readdirSync } from 'node:fs';
import { read } from './cgroup.ts';

const openFiles = /^Max open files\s+(\d+|unlimited)/m;

/** How many descriptors the process may have open: its soft limit. */
export function descriptorLimit(limits: string | undefined = read('/proc/self/limits')): number {
  const soft = openFiles.exec(limits ?? '')?.[1];
  return soft === undefined || soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}

/** How many are open; the one that lists them is not counted. */
export const openDescriptors = (): number => readdirSync('/proc/self/fd').length - 1;
