import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';

const bin = fileURLToPath(new URL('../../services/kit/bin/service.ts', import.meta.url));

interface LogLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** `npm run service NAME` as a process of its own, gone at the end of the test. */
export function serviceProcess(t: Test, name: string[], env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [bin, ...name], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const stderr = text(child.stderr);
  const lines: LogLine[] = [];
  const reader = createInterface(child.stdout);
  reader.on('line', (line) => lines.push(JSON.parse(line)));
  const exited = once(child, 'close').then(async ([code]) => ({ code: code as number | null, stderr: await stderr }));
  t.teardown(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return {
    child,
    exited,
    /** Resolves with the first log line of that message, also one that came before. */
    async logged(msg: string): Promise<LogLine> {
      for (;;) {
        const line = lines.find((one) => one.msg === msg);
        if (line !== undefined) return line;
        const ended = await Promise.race([once(reader, 'line').then(() => undefined), exited]);
        if (ended) throw new Error(`${name} ended with ${ended.code}: ${ended.stderr}`);
      }
    },
    /** The URL that it listens at. */
    async url(): Promise<string> {
      const { port } = await this.logged('listening');
      return `http://127.0.0.1:${port}`;
    },
  };
}
