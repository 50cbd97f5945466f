import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundle } from '@pado/injector/bundle';
import type { Test } from 'tap';
import { type Armed, type Host, startHost } from '../../../helpers/host.ts';
import { WireAgent } from '../../../helpers/wire-agent.ts';

const file = fileURLToPath(new URL('../../../fixtures/safety.mjs', import.meta.url));
const mebi = 2 ** 20;

/** The program of test/fixtures/safety.mjs, connected to an agent of the test. */
export async function safetyHost(t: Test): Promise<Armed> {
  const agent = await new WireAgent().start();
  t.teardown(() => agent.stop());
  const arriving = agent.nextTarget();
  // With a young generation that cannot grow, the program's own memory comes to rest within seconds.
  const NODE_OPTIONS = `--require=${await bundle()} --max-semi-space-size=1`;
  const host = await startHost(t, agent, { PADO_NAME: 'safety', NODE_OPTIONS }, file);
  const target = await arriving;
  const port = await host.ask<number>('port');
  return { agent, host, target, port, url: `http://127.0.0.1:${port}` };
}

/** The same, once it has worked until it needs no more memory: what it keeps for itself is there already. */
export async function warmSafetyHost(t: Test): Promise<Armed> {
  const armed = await safetyHost(t);
  let last = await armed.host.ask<number>('rss');
  for (let round = 0; round < 10; round += 1) {
    await armed.host.ask('start');
    await sleep(600);
    await armed.host.ask('stop');
    const now = await armed.host.ask<number>('rss');
    if (now - last < mebi) break;
    last = now;
  }
  return armed;
}

/** Makes one call in the program, and says how it ended; a program that dies of it is told at once. */
export async function callOf(host: Host, caller: string): Promise<string> {
  const ended = once(host.child, 'exit').then(([code]) => `the program has ended with ${code}: ${host.output}`);
  return Promise.race([host.ask<string>('once', caller), ended]);
}
