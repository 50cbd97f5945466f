import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { openNotifiers } from '../../../runner/src/notify/notifiers.ts';
import { finished, notebook, phase, receiver, started } from './receiver.ts';

t.test('all that the experiment and the command line name, with tokens from the environment', async (t) => {
  const dashboards = await receiver(t);
  const hook = await receiver(t);
  const { notes, tell } = notebook();
  const file = join(t.testdir(), 'events');
  const notifiers = openNotifiers(
    { name: 'slow', grafana: { url: dashboards.url }, webhook: { url: hook.url, tokenEnv: 'HOOK' } },
    { environment: { GRAFANA_TOKEN: 'g', HOOK: 'h' }, tell, eventFile: file },
  );
  for (const event of [started, phase('experiment'), finished]) notifiers.listener(event);
  await notifiers.close();
  t.equal(dashboards.received[0]?.headers.authorization, 'Bearer g');
  t.equal(hook.received[0]?.headers.authorization, 'Bearer h');
  t.equal(dashboards.received.length, 2);
  t.equal(hook.received.length, 3);
  t.equal((await readFile(file, 'utf8')).trimEnd().split('\n').length, 3);
  t.same(notes, []);
});

t.test('nothing named, nothing done', async (t) => {
  const { notes, tell } = notebook();
  const notifiers = openNotifiers({ name: 'slow' }, { environment: {}, tell });
  notifiers.listener(started);
  await notifiers.close();
  t.same(notes, []);
});
