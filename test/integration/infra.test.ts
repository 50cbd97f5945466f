import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { Journal } from '../../runner/src/contracts.ts';
import { auditOrders, settled } from '../helpers/audit.ts';
import { checkout, project } from '../helpers/pado.ts';

t.setTimeout(420_000);
const { folder, pado, stack, ledger } = await project(t);
const file = join(checkout, 'experiments/infra/network-cut.yaml');

t.test('a cut network is felt by everybody without limits, and by nobody with them', async (t) => {
  t.equal((await pado('up')).exitCode, 0);
  const { databaseUrl } = await stack();
  for (const [policies, exitCode, verdict] of [
    ['naive', 1, 'deviated'],
    ['standard', 0, 'held'],
  ] as const) {
    await t.test(`${policies}: ${verdict}`, async (t) => {
      t.equal((await pado('policy', 'set', policies)).exitCode, 0);
      const ended = await pado('run', file);
      t.equal(ended.exitCode, exitCode, ended.stderr);
      const last = (await readdir(join(folder, '.pado/runs'))).sort().at(-1) ?? '';
      const journal = await readFile(join(folder, '.pado/runs', last, 'journal.json'), 'utf8');
      const { pado: run } = JSON.parse(journal) as Journal;
      t.equal(run.verdict, verdict);
      t.equal(run.faults.length, 2);
      for (const { evidence, phase } of run.faults) {
        t.ok((evidence[0]?.applied ?? 0) > 0, 'it bites');
        t.equal(phase, 'Ended', 'and leaves');
      }
      await settled(databaseUrl);
      t.same(await auditOrders(databaseUrl, await ledger()), [], 'no order is lost or doubled');
    });
  }
});
