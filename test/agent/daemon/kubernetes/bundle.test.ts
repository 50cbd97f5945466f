import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { bundleAgent } from '../../../../agent/daemon/bundle.ts';

const run = promisify(execFile);

t.test('one module that needs no package, with what it imports of either kind', async (t) => {
  const directory = t.testdir({
    'entry.ts': `
      import { createRequire } from 'node:module';
      import { basename } from 'node:path';
      import both from './common.cjs';
      const kind: string = typeof createRequire;
      process.stdout.write(basename(import.meta.filename) + ' ' + both.name + ' ' + kind);`,
    'common.cjs': `const { sep } = require('path'); module.exports = { name: 'common' + sep };`,
  });
  const out = join(directory, 'out.mjs');
  await bundleAgent(out, { entry: join(directory, 'entry.ts') });
  t.equal((await run(process.execPath, [out])).stdout, 'out.mjs common/ function');
});
