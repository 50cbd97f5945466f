import { PadoError } from '@pado/fault';
import t from 'tap';
import type { Intent } from '../../../../runner/src/intents/intent.ts';
import { undoIn } from '../../../../runner/src/providers/aws/undo.ts';
import { fakeAws } from './fake.ts';
import { fakeFis } from './fake-fis.ts';

const { signal } = new AbortController();
const intentOf = (data: object): Intent => ({
  ...{ id: 'x', at: '2026-01-01T00:00:00.000Z', kind: 'aws', what: 'does', undo: 'undoes', state: 'open' },
  owner: { host: 'gone', pid: 1, startTicks: 1 },
  data: { region: 'here', account: '1', ...data },
});
const start = (more: object = {}) => intentOf({ action: 'start-experiment', template: 'EXT1', ...more });
const running = { id: 'EXP1', tags: { 'pado.dev/intent': 'x' }, status: 'running' };
const both = [true, false];

t.test('that no experiment was started is believed of an account that knows the template only', async (t) => {
  for (const dry of both) {
    const { aws } = fakeFis();
    t.equal(await undoIn(aws, start(), { dry, signal }), 'no experiment was started');
    const other = fakeFis({ templates: [] });
    await t.rejects(undoIn(other.aws, start(), { dry, signal }), {
      code: 'ERR_PADO_NOT_FOUND',
      message: /It was an account with the template EXT1, in here; .*"pado recover --forget x" closes it/,
    });
  }
});

t.test('an account that cannot be asked for the template closes nothing either', async (t) => {
  const forbidden = new PadoError('ERR_PADO_FORBIDDEN', 'no');
  const { aws } = fakeFis({
    fail: ({ operation }) => {
      if (operation === 'fis:GetExperimentTemplate') throw forbidden;
    },
  });
  await t.rejects(undoIn(aws, start(), { dry: false, signal }), forbidden);
});

t.test('an experiment that is found by its tag is stopped, also when its template was deleted since', async (t) => {
  const { aws, experiments } = fakeFis({ templates: [] });
  experiments.push({ ...running });
  t.match(await undoIn(aws, start(), { dry: true, signal }), /EXP1 is running and would be stopped/);
  t.equal(await undoIn(aws, start(), { dry: false, signal }), 'the experiment EXP1 is stopped');
  t.match(experiments, [{ status: 'stopped' }]);
});

t.test('an experiment whose id is known and that AWS does not know stays open, with advice', async (t) => {
  for (const dry of both) {
    const { aws } = fakeFis();
    await t.rejects(undoIn(aws, start({ experiment: 'EXP9' }), { dry, signal }), {
      code: 'ERR_PADO_NOT_FOUND',
      message: /EXP9.*It was an account with the template EXT1, in here; .*"pado recover --forget x" closes it/,
    });
  }
});

t.test('one instance that is gone does not keep the others of its intent stopped', async (t) => {
  const instances = [{ id: 'i-1', tags: {}, state: 'stopped' }];
  const { aws } = fakeAws(instances);
  const stop = intentOf({ action: 'stop-instances', ids: ['i-1', 'i-2'] });
  t.match(await undoIn(aws, stop, { dry: true, signal }), /i-1 is stopped and would be started, i-2 is gone/);
  t.match(await undoIn(aws, stop, { dry: false, signal }), /started i-1 again; i-2 ended meanwhile/);
  t.equal(instances[0]?.state, 'running');
});

t.test('an intent of whose instances AWS knows none stays open, with advice', async (t) => {
  const { aws } = fakeAws([]);
  const stop = intentOf({ action: 'stop-instances', ids: ['i-1', 'i-2'] });
  for (const dry of both)
    await t.rejects(undoIn(aws, stop, { dry, signal }), {
      code: 'ERR_PADO_NOT_FOUND',
      message: /It was the account 1, in here; .*really gone, "pado recover --forget x" closes it/,
    });
});
