import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { figuresBeside, type ScipyResults } from '../../fixtures/bench/agree.ts';

const python = promisify(execFile);
const script = fileURLToPath(new URL('../../fixtures/bench/scipy-results.py', import.meta.url));

t.test('every statistic gives what the scipy installed here gives', async (t) => {
  const version = await python('python3', ['-c', 'import scipy; print(scipy.__version__)']).catch(() => undefined);
  if (version === undefined)
    return void t.pass('without scipy', { skip: 'python3 has no scipy here; recorded results are compared elsewhere' });
  const results: ScipyResults = JSON.parse((await python('python3', [script])).stdout);
  t.equal(results.scipy, version.stdout.trim());
  for (const { name, ours, scipys, within } of figuresBeside(results))
    t.ok(Math.abs(ours - scipys) <= within, `${name}: ${ours}, scipy ${scipys}`);
});
