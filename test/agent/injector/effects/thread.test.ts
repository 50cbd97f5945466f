import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Effect } from '@pado/fault';
import t from 'tap';

const index = new URL('../../../../agent/injector/src/effects/index.ts', import.meta.url);

/** Goes through the life of each effect in a thread, where nothing may be asked of its fault. */
const source = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData.index).then(({ createEffect }) => {
    const counts = workerData.effects.map((effect) => {
      const running = createEffect(effect, { index: 0 });
      for (const step of ['enter', 'open', 'close', 'leave']) running[step]();
      return running.evidence.snapshot();
    });
    parentPort.postMessage(counts);
  });
`;

t.test('in a thread of the host, what concerns the whole process does and counts nothing', async (t) => {
  const effects: Effect[] = [
    { kind: 'event-loop', load: 100 },
    { kind: 'cpu', load: 100 },
    { kind: 'memory', where: 'rss', size: '1Gi' },
    { kind: 'gc', rate: '1Gi' },
    { kind: 'threadpool' },
    { kind: 'sockets', held: 100 },
    { kind: 'exit' },
    { kind: 'kill' },
    { kind: 'throw' },
    { kind: 'reject' },
  ];
  const worker = new Worker(source, { eval: true, workerData: { index: index.href, effects } });
  // Listened for at once: it may follow in the same turn.
  const exited = once(worker, 'exit');
  const [counts] = (await once(worker, 'message')) as [unknown[]];
  t.same(
    counts,
    effects.map(({ kind }) => ({ index: 0, kind, matched: 0, applied: 0, cut: 0 })),
  );
  t.equal((await exited)[0], 0);
});
