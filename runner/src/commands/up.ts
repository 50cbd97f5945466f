import type { Command } from '../cli/command.ts';
import { paths } from '../stack/paths.ts';
import { readStack, stateOf } from '../stack/stack-file.ts';
import { addresses, shopOptions, startShop } from './shop.ts';

export const up: Command = {
  name: 'up',
  summary: 'starts the shop, PostgreSQL, Prometheus and the agent, and leaves them running',
  options: shopOptions,
  examples: ['pado up', 'pado up --port gateway=8080'],
  async run(invocation) {
    const running = await readStack(paths(invocation.settings.project).stackFile);
    if (running !== undefined && stateOf(running) === 'running') {
      return { json: running, text: `the shop is running already, since ${running.startedAt}\n${addresses(running)}` };
    }
    const { file } = await startShop(invocation, { bound: false });
    return { json: file, text: `${addresses(file)}\n"pado down" stops it` };
  },
};
