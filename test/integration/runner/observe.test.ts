import { fileURLToPath } from 'node:url';
import t from 'tap';
import { startStand } from './stand.ts';

const script = fileURLToPath(new URL('../../fixtures/tiny-load.ts', import.meta.url));

t.setTimeout(120_000);

t.test('observes for its whole time, though all is well at once, and begins at the first action', async (t) => {
  const { run, stack } = await startStand(t);
  const url = `${stack.urls.gateway}/work`;
  const { journal, events } = await run(`
title: A call
description: the trigger is an action and no fault
steady-state-hypothesis:
  title: Work is done
  probes:
    - {type: probe, name: answers, tolerance: 200, provider: {type: http, url: '${url}', timeout: 2, window: [after]}}
method:
  - {type: probe, name: a look first, provider: {type: http, url: '${url}', timeout: 2}, pauses: {after: 1.5}}
  - {type: action, name: a call, provider: {type: http, url: '${url}', timeout: 2}, pauses: {after: 1}}
extensions:
  - {name: pado, load: {script: ${script}}, warmup: 0s, baseline: 1s, recovery: 2s, observe: 5s}
`);
  const { windows, verdict, recovery, load } = journal.pado;
  t.equal(verdict, 'held', journal.pado.reason);
  const { during, after, observe } = windows;
  const trigger = journal.run[1] as { start: string };
  // The record is begun just before.
  t.ok(Math.abs(during!.startMs - Date.parse(trigger.start)) < 500, 'the probe and its pause are not the trigger');
  t.ok(during!.endMs - during!.startMs >= 1_000, 'the pause after it is');
  t.equal(observe?.startMs, during?.endMs);
  t.ok(observe!.endMs - observe!.startMs >= 4_990, 'the load went on');
  t.ok(after!.endMs < observe!.endMs, 'the recovery had its own end');
  t.equal(recovery?.deadlineMs, 2_000);
  t.ok((load?.requests ?? 0) > 0);
  t.match(
    events.find((event) => event.type === 'phase' && event.phase === 'recovery'),
    { durationMs: 5_000 },
  );
});
