import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import type { World } from './world.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export const templateText = 'AWSTemplateFormatVersion: x\nKarpenterNodeRole: AWS::SQS::Queue\n';

/** Runs `up.ts`, `down.ts` or `preflight.ts` with programs of that name that answer from a world. */
export async function stage(t: Test, world: World, tools = ['aws', 'eksctl', 'kubectl', 'helm']) {
  const folder = await mkdtemp(join(tmpdir(), 'pado-eks-test-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'world.json');
  await writeFile(file, JSON.stringify(world));
  await writeFile(join(folder, 'template.yaml'), templateText);
  await writeFile(join(folder, 'package.json'), '{}');
  for (const tool of tools) {
    const path = join(folder, tool);
    await writeFile(path, `#!/bin/sh\nexec ${process.execPath} ${join(root, 'test/eks/fake-tool.ts')} ${tool} "$@"\n`);
    await chmod(path, 0o755);
  }
  await symlink('/bin/sh', join(folder, 'sh'));
  const run = (script: 'up' | 'down' | 'preflight', args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) =>
    new Promise<{ code: number; text: string }>((resolve, reject) => {
      const child = spawn(process.execPath, [join(root, `runner/src/eks/${script}.ts`), ...args], {
        ...{ cwd: folder, env: { PATH: folder, HOME: folder, WORLD: file, ...env } },
      });
      let text = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (part) => (text += part));
      child.once('error', reject);
      child.once('close', (code) => resolve({ code: code ?? -1, text }));
    });
  return {
    run,
    template: ['--template', join(folder, 'template.yaml')],
    world: async () => JSON.parse(await readFile(file, 'utf8')) as World,
    calls: async () =>
      (await readFile(`${file}.calls`, 'utf8').catch(() => ''))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as string[]).join(' ')),
  };
}

/** The calls that change something. */
export const changes = (calls: readonly string[]): string[] =>
  calls.filter(
    (call) =>
      /^(\w+ )+(create|delete|deploy|terminate|remove|install|upgrade|uninstall)/.test(
        call.replace(/ --kubeconfig \S+/, ''),
      ) || / (create|delete|upgrade|uninstall|terminate-instances) /.test(call),
  );
