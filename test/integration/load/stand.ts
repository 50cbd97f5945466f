import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { AgentFile, TargetStatus } from '@pado/fault';
import type { Test } from 'tap';
import { k6 } from '../../helpers/k6.ts';
import { project } from '../../helpers/pado.ts';

const module = fileURLToPath(new URL('../../../load/lib/disruptor.ts', import.meta.url));

const plainServer = `
  import { createServer } from 'node:http';
  const server = createServer((request, response) => response.end(String(process.pid)));
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

/** Asks until there is a truthy answer; the test's own timeout ends what never comes. */
export async function until<T>(ask: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** `pado agent` in a project of its own, servers under `pado exec`, and k6 scripts with the disruptor. */
export async function disruptorStand(t: Test, server = plainServer) {
  const { folder, start } = await project(t);
  const { run, directory } = await k6(t);
  await writeFile(join(folder, 'server.mjs'), server);
  const daemon = start('agent');
  t.teardown(async () => {
    daemon.child.kill('SIGTERM');
    await daemon.ended;
  });
  const agentFile = join(folder, '.pado/agent.json');
  await until(() => existsSync(agentFile));
  const { url, tokenFile } = JSON.parse(await readFile(agentFile, 'utf8')) as AgentFile;
  const token = (await readFile(tokenFile, 'utf8')).trim();
  let services = 0;
  let scripts = 0;
  const ask = async <T>(path: string): Promise<readonly T[]> => {
    const answer = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
    return ((await answer.json()) as { items: T[] }).items;
  };
  return {
    ask,
    directory,
    /** Starts a server, and resolves with its port once it is a target. */
    service: async (name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> => {
      const labelled = Object.entries(labels).flatMap(([label, value]) => ['--label', `${label}=${value}`]);
      const { child } = start('exec', '--name', name, ...labelled, '--', process.execPath, 'server.mjs');
      t.teardown(() => child.kill('SIGTERM'));
      const [port] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
      services++;
      await until(async () => (await ask<TargetStatus>('/v1/targets')).length === services);
      return Number(port);
    },
    /** Runs a script; its agent is found as a user's would be, by the folder that k6 is run in. */
    script: async (text: string, options: Parameters<typeof run>[1] = {}) => {
      const file = join(directory, `script-${++scripts}.js`);
      await writeFile(file, `import { PodDisruptor, ServiceDisruptor } from '${module}';\n${text}`);
      return run(file, { ...options, env: { PWD: folder } });
    },
  };
}
