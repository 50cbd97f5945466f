import t from 'tap';
import { grafana } from '../../../runner/src/notify/grafana.ts';
import { finished, notebook, phase, receiver, started, stopped } from './receiver.ts';

t.test('a point at each phase and stop, a region for the fault with the verdict', async (t) => {
  const { url, received } = await receiver(t);
  const { notes, tell } = notebook();
  const options = { url: `${url}/grafana/`, token: 'secret', tags: ['shop', 'pado'], experiment: 'slow', tell };
  const { listener, close } = grafana({ ...options, now: () => 7 });
  for (const event of [started, phase('experiment'), stopped, finished]) listener(event);
  await close();
  t.ok(
    received.every(
      ({ url, headers }) => url === '/grafana/api/annotations' && headers.authorization === 'Bearer secret',
    ),
  );
  t.same(
    received.map(({ body }) => body),
    [
      { time: 7, text: 'experiment: now experiment', tags: ['pado', 'slow', 'shop', 'experiment'] },
      { time: 3_000, text: 'bad answers was 9, not < 5', tags: ['pado', 'slow', 'shop', 'stop'] },
      {
        time: 1_000,
        timeEnd: 9_000,
        text: 'deviated: p99 was 2 s, not < 0.5 s (run-1)',
        tags: ['pado', 'slow', 'shop', 'deviated'],
      },
    ],
  );
  t.same(notes, []);
});

t.test('a token that is refused is told once', async (t) => {
  const { url, received, answers } = await receiver(t);
  const { notes, tell } = notebook();
  answers.push(401, 401);
  const { listener, close } = grafana({ url, experiment: 'slow', tell });
  listener(phase('experiment'));
  listener(phase('recovery'));
  await close();
  t.equal(received.length, 2);
  t.equal(received[0]?.headers.authorization, undefined);
  t.equal(notes.length, 1);
  t.match(notes[0], /^Grafana at http:\/\/127.0.0.1:\d+ missed an annotation: it answered 401$/);
});
