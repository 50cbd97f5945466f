import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { reply, type World } from './world.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export const templateText = 'AWSTemplateFormatVersion: x\nKarpenterNodeRole: AWS::SQS::Queue\n';

/** Stands in for a program: hands its arguments to the test, and prints what that says. Starts in milliseconds. */
const fake = (tool: string, port: number): string => `#!/bin/bash
exec 3<>/dev/tcp/127.0.0.1/${port}
printf '%s\\0' ${tool} "$@" $'\\x04' >&3
IFS= read -r code <&3; IFS= read -r out <&3; IFS= read -r err <&3
printf '%s' "$out"; printf '%s' "$err" >&2
exit "$code"
`;

/** Runs `up.ts`, `down.ts` or `preflight.ts` with programs on PATH that answer from a world. */
export async function stage(t: Test, world: World, tools = ['aws', 'eksctl', 'kubectl', 'helm']) {
  const calls: string[] = [];
  const server = createServer((socket) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (part) => {
      text += part;
      if (!text.endsWith('\u0004\0')) return;
      const [tool = '', ...args] = text.split('\0').slice(0, -2);
      calls.push([tool, ...args].join(' '));
      const { code, stdout, stderr } = reply(world, tool, args);
      socket.end(`${code}\n${stdout.trim()}\n${stderr.trim()}\n`);
    });
    socket.on('error', () => {});
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const folder = await mkdtemp(join(tmpdir(), 'pado-eks-test-'));
  t.teardown(async () => {
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  await writeFile(join(folder, 'template.yaml'), templateText);
  await writeFile(join(folder, 'package.json'), '{}');
  for (const tool of tools) {
    await writeFile(join(folder, tool), fake(tool, (server.address() as AddressInfo).port));
    await chmod(join(folder, tool), 0o755);
  }
  const run = (script: 'up' | 'down' | 'preflight', args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) =>
    new Promise<{ code: number; text: string }>((resolve, reject) => {
      const child = spawn(process.execPath, [join(root, `runner/src/eks/${script}.ts`), ...args], {
        ...{ cwd: folder, env: { PATH: folder, HOME: folder, ...env } },
      });
      let text = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
      child.once('error', reject);
      child.once('close', (code) => resolve({ code: code ?? -1, text }));
    });
  return { run, template: ['--template', join(folder, 'template.yaml')], world, calls };
}

const reads = /^(--version|version|describe-|list|get|wait|update-kubeconfig)/;

/** The calls that change something at AWS or in the cluster. */
export const changes = (calls: readonly string[]): string[] =>
  calls.filter((call) => {
    const [tool = '', ...words] = call.replace(/ --kubeconfig \S+/, '').split(' ');
    return !reads.test((tool === 'aws' && words[0] !== '--version' ? words[1] : words[0]) ?? '');
  });
