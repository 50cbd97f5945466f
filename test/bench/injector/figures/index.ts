import type { Figure } from '../harness/figure.ts';
import { cpu } from './cpu.ts';
import { deadMan } from './dead-man.ts';
import { hook } from './hook.ts';
import { idle } from './idle.ts';
import { latency } from './latency.ts';
import { memory } from './memory.ts';
import { share } from './share.ts';
import { startUp } from './start-up.ts';
import { toggle } from './toggle.ts';

export const figures: readonly Figure[] = [idle, hook, latency, share, cpu, memory, toggle, deadMan, startUp];
