import { PadoError } from '@pado/fault';
import t from 'tap';
import { Interrupted } from '../../../../runner/src/cli/errors.ts';
import { labelOf, runAll } from '../../../../runner/src/commands/run/several.ts';
import { held, journal } from './journals.ts';

const result = { journal: journal('held'), journalFile: 'journal.json' };

function series(run: (file: string) => Promise<typeof result>, more: { repeat?: number; signal?: AbortSignal } = {}) {
  const told: string[] = [];
  const { repeat = 1, signal = new AbortController().signal } = more;
  const running = runAll({ files: ['a.yaml', 'b.yaml'], repeat, signal, progress: (line) => told.push(line), run });
  return { running, told };
}

t.test('each file is run as often as asked, in order, and it is told which', async (t) => {
  const { running, told } = series(async () => result, { repeat: 2 });
  t.strictSame(
    (await running).map(({ file, repetition, verdict }) => [file, repetition, verdict]),
    [
      ['a.yaml', 1, 'held'],
      ['a.yaml', 2, 'held'],
      ['b.yaml', 1, 'held'],
      ['b.yaml', 2, 'held'],
    ],
  );
  t.equal(told[1], 'run 2 of 4: a.yaml (2 of 2)');
});

t.test('a run that cannot begin is an error with its reason, and the next one runs', async (t) => {
  const { running } = series(async (file) => {
    if (file === 'a.yaml') throw new PadoError('ERR_PADO_AGENT_UNREACHABLE', 'no agent answers');
    return result;
  });
  const [first, second] = await running;
  t.match(first, { verdict: 'error', reason: 'no agent answers', error: { code: 'ERR_PADO_AGENT_UNREACHABLE' } });
  t.match(second, { verdict: 'held', reason: 'it held' });
});

t.test('no target proves nothing, and a defect says that it is one', async (t) => {
  const errors = [new PadoError('ERR_PADO_NO_TARGET', 'nobody fits'), new TypeError('x is not a function')];
  const { running } = series(() => Promise.reject(errors.shift()));
  t.match(await running, [
    { verdict: 'inconclusive', reason: 'nobody fits' },
    { verdict: 'error', reason: 'a defect in Pado: x is not a function' },
  ]);
});

t.test('when the user stops, nothing else is run', async (t) => {
  const controller = new AbortController();
  const ran: string[] = [];
  const { running } = series(
    async (file) => {
      ran.push(file);
      controller.abort(new Interrupted('SIGINT'));
      throw controller.signal.reason;
    },
    { repeat: 3, signal: controller.signal },
  );
  t.match(await running, [{ file: 'a.yaml', verdict: 'error', reason: 'stopped by SIGINT' }]);
  t.strictSame(ran, ['a.yaml']);
});

t.test('a run is called by its file', async (t) => {
  t.equal(labelOf(held, 1), 'slow-payments');
  t.equal(labelOf({ ...held, file: '/x/a.b.json', repetition: 3 }, 3), 'a.b #3');
});
