import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import t from 'tap';
import { findPython } from '../../../../runner/src/providers/python/find-python.ts';

const folder = t.testdir();
async function program(name: string, text = '#!/bin/sh\n'): Promise<string> {
  const file = join(folder, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, 0o755);
  return file;
}
const python3 = await program('usr/python3');
const inVenv = await program('venv/bin/python');
await program('venv/bin/chaos');
const other = await program('other/python3.13');
await program('user/chaos', `#!${other} -E\n`);
await program('strange/chaos', '#!/usr/bin/env ruby\n');
await mkdir(join(folder, 'pipx'));
await symlink(join(folder, 'venv/bin/chaos'), join(folder, 'pipx/chaos'));

const find = (folders: readonly string[], named?: string) =>
  findPython({ PATH: folders.map((name) => join(folder, name)).join(':'), PADO_PYTHON: named }, folder);

t.match(find(['venv/bin', 'usr'], './usr/python3'), { path: python3, because: /PADO_PYTHON/ });
t.match(find(['usr', 'venv/bin']), { path: inVenv, because: /chaos runs by it/ });
t.equal(find(['pipx', 'usr']).path, inVenv, 'through the link that pipx makes');
t.equal(find(['user', 'usr']).path, other, "by the first line of pip's script");
t.match(find(['strange', 'usr']), { path: python3, because: /python3 on PATH/ }, 'a chaos of something else');
t.throws(() => find(['nowhere']), {
  code: 'ERR_PADO_NOT_FOUND',
  message: /no python3 on PATH.*pip install chaostoolkit/,
});
t.throws(() => find(['usr'], 'snake'), { code: 'ERR_PADO_NOT_FOUND', message: /PADO_PYTHON names snake/ });
