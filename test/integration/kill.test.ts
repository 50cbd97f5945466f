import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { isAlive } from '../../runner/src/stack/process-table.ts';
import { ended } from '../../runner/src/stack/stop.ts';
import { auditOrders, settled } from '../helpers/audit.ts';
import { checkout, project, untilFast } from '../helpers/pado.ts';

const experiment = join(checkout, 'test/fixtures/kill.yaml');

/** The promise is 5.25 s; the rest is for a machine that is busy with something else. */
const mostMs = 9_000;

t.setTimeout(900_000);
const { pado, start, stack, bitten, ledger, isUp, folder } = await project(t);

// One stack goes through all of them: what comes up again after one death is there for the next.
for (const victim of ['agent', 'orders', 'payments', 'postgres', 'runner']) {
  t.test(`kill -9 of ${victim} in the middle of a fault`, async (t) => {
    const up = await pado('up');
    t.equal(up.exitCode, 0, up.stderr);
    const run = start('run', experiment);
    const fault = await bitten(run);
    t.equal(fault.targets[0]?.name, 'payments', 'the fault bites');

    const { processes, urls } = await stack();
    const pid = victim === 'runner' ? run.child.pid : processes.find(({ name }) => name === victim)?.pid;
    const killedMs = performance.now();
    process.kill(pid!, 'SIGKILL');
    const goneAfterMs = await untilFast(`${urls.payments}/charges`, killedMs);
    t.ok(goneAfterMs < mostMs, `the fault was gone ${Math.round(goneAfterMs)} ms later`);

    const { exitCode, signal, stderr } = await run.ended;
    if (victim === 'runner') t.equal(signal, 'SIGKILL');
    else {
      t.ok(exitCode === 5 || exitCode === 3, `the run ends with error or inconclusive, here ${exitCode}`);
      t.match(stderr, victim === 'agent' ? /agent/ : new RegExp(victim), 'and names the culprit');
    }

    t.equal((await pado('down')).exitCode, 0);
    t.notOk(processes.some(isAlive), 'down leaves no process');
    const again = await pado('up');
    t.equal(again.exitCode, 0, again.stderr);
    const { databaseUrl } = await stack();
    await settled(databaseUrl);
    const told = await ledger();
    t.ok(
      told.some(({ status }) => status === 201),
      'orders were confirmed before',
    );
    t.same(await auditOrders(databaseUrl, told), [], `no order lost or doubled among ${told.length}`);
  });
}

t.test('Ctrl-C and kill -9 of the whole lab leave nothing running', async (t) => {
  t.equal((await pado('down')).exitCode, 0);
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    const lab = start('lab', 'slow-payments', '--exit');
    await bitten(lab);
    const { processes } = await stack();
    t.ok(processes.length >= 11 && processes.every(isAlive));
    lab.child.kill(signal);
    const how = await lab.ended;
    if (signal === 'SIGINT') t.equal(how.exitCode, 130, how.stderr);
    const isGone = await Promise.all(processes.map((one) => ended(one, 20_000)));
    t.same(
      processes.filter((_, index) => !isGone[index]).map(({ name }) => name),
      [],
      `${signal}: no orphan`,
    );
    t.equal(isUp(), signal === 'SIGKILL', 'the stack is forgotten, unless nobody was left to do that');
  }
  t.ok(existsSync(join(folder, '.pado/runs')), 'the runs are kept');

  const next = start('lab', 'slow-payments', '--exit');
  await next.shows(/cleaning up after a run that was killed/);
  await next.shows(/postgres is ready/);
  next.child.kill('SIGINT');
  t.equal((await next.ended).exitCode, 130, 'the next start cleans up, and can be stopped too');
  t.notOk(isUp());
});
