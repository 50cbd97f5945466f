import { rm } from 'node:fs/promises';
import type { Command } from '../cli/command.ts';
import { paths } from '../stack/paths.ts';
import { isAlive, signalProcess } from '../stack/process-table.ts';
import { readStack } from '../stack/stack-file.ts';
import { ended, stopProcesses } from '../stack/stop.ts';

/** A lab that is asked to stop reverts its fault and stops its shop; it gets this long. */
const ownerGraceMs = 30_000;

export const down: Command = {
  name: 'down',
  summary: 'stops the shop and whatever a killed run has left',
  options: {},
  examples: ['pado down'],
  async run({ settings, progress }) {
    const { stackFile } = paths(settings.project);
    const stack = await readStack(stackFile);
    if (stack === undefined) return { json: { stopped: [] }, text: 'nothing is running here' };
    const { owner, processes } = stack;
    const running = processes.filter(isAlive).map(({ name }) => name);
    if (owner !== undefined && signalProcess(owner, 'SIGTERM')) {
      progress(`asking the runner (pid ${owner.pid}) to stop`);
      await ended(owner, ownerGraceMs);
    }
    await stopProcesses(processes);
    await rm(stackFile, { force: true });
    return {
      json: { stopped: running },
      text: running.length === 0 ? 'nothing was running' : `stopped ${running.join(', ')}`,
    };
  },
};
