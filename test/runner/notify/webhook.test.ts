import t from 'tap';
import { webhook } from '../../../runner/src/notify/webhook.ts';
import { finished, notebook, phase, receiver, started, stopped } from './receiver.ts';

const backoffMs = [1, 1];

t.test('a CloudEvent at the begin, at each phase, at a stop and at the end, in order', async (t) => {
  const { url, received } = await receiver(t);
  const { notes, tell } = notebook();
  const now = () => new Date(0);
  const { listener, close } = webhook({ url: `${url}/hook`, token: 'secret', experiment: 'slow payments', tell, now });
  for (const event of [started, phase('steady-state'), phase('experiment'), stopped, finished]) listener(event);
  listener({ type: 'note', level: 'info', text: 'not sent' });
  await close();
  t.same(
    received.map(({ body }) => body.type),
    ['started', 'phase', 'phase', 'stop', 'finished'].map((type) => `dev.pado.run.${type}`),
  );
  t.match(received[2], {
    url: '/hook',
    headers: { 'content-type': /^application\/cloudevents\+json/, authorization: 'Bearer secret' },
    body: {
      specversion: '1.0',
      id: 'run-1/3',
      source: '/pado/experiments/slow%20payments',
      subject: 'run-1',
      time: '1970-01-01T00:00:00.000Z',
      datacontenttype: 'application/json',
      data: { phase: 'experiment', durationMs: 5_000 },
    },
  });
  t.equal(new Set(received.map(({ body }) => body.id)).size, received.length, 'each id is unique');
  t.match(received[3]?.body.data, { name: 'bad answers', reason: /was 9/ });
  t.match(received[4]?.body.data, {
    verdict: 'deviated',
    resilienceScore: 50,
    probes: [{ name: 'p99', value: 2, met: false }],
  });
  t.same(notes, []);
});

t.test('what may pass is tried again, twice, and keeps its place', async (t) => {
  const { url, received, answers } = await receiver(t);
  const { notes, tell } = notebook();
  answers.push(503, 429, 200);
  const { listener, close } = webhook({ url, experiment: 'x', tell, backoffMs });
  listener(started);
  listener(phase('experiment'));
  await close();
  t.same(
    received.map(({ body }) => body.id),
    ['run-1/1', 'run-1/1', 'run-1/1', 'run-1/2'],
  );
  t.same(notes, []);
});

t.test('an event that cannot be delivered is told once, and the next are sent', async (t) => {
  const { url, received, answers } = await receiver(t);
  const { notes, tell } = notebook();
  answers.push(400, 500, 500, 500);
  const { listener, close } = webhook({ url: `${url}/services/SECRET`, experiment: 'x', tell, backoffMs });
  for (const event of [started, phase('steady-state'), phase('experiment')]) listener(event);
  await close();
  t.equal(received.length, 1 + 3 + 1, 'a refusal is final, a failure is not');
  t.equal(notes.length, 1);
  t.match(notes[0], /it answered 400/);
  t.notMatch(notes[0], /SECRET/, 'the path of a webhook is its password');
});

t.test('nobody there', async (t) => {
  const { notes, tell } = notebook();
  const { listener, close } = webhook({ url: 'http://127.0.0.1:1', experiment: 'x', tell, backoffMs });
  listener(started);
  await close();
  await close();
  t.equal(notes.length, 1);
  t.match(notes[0], /ECONNREFUSED/);
});

t.test('one that hangs holds up neither the run nor its end', async (t) => {
  const { url, answers, received } = await receiver(t);
  const { notes, tell } = notebook();
  answers.push('hang', 'hang', 'hang');
  const { listener, close } = webhook({ url, experiment: 'x', tell, flushMs: 50, timeoutMs: 60_000 });
  for (const event of [started, phase('experiment'), finished]) listener(event);
  await close();
  t.equal(received.length, 1);
  t.match(notes, [/not delivered within 0.05 s after the end/]);
});

t.test('a try that takes too long is given up for the next', async (t) => {
  const { url, answers, received } = await receiver(t);
  const { notes, tell } = notebook();
  answers.push('hang');
  const { listener, close } = webhook({ url, experiment: 'x', tell, timeoutMs: 100, backoffMs });
  listener(started);
  await close();
  t.equal(received.length, 2);
  t.same(notes, []);
});

t.test('the queue has an end: the oldest that wait are given up', async (t) => {
  const { url, received, answers, arrived } = await receiver(t);
  const { notes, tell } = notebook();
  answers.push('hang');
  const { listener, close } = webhook({ url, experiment: 'x', tell, capacity: 2, timeoutMs: 200, backoffMs: [] });
  listener(started);
  await arrived(1);
  for (const name of ['steady-state', 'experiment', 'recovery'] as const) listener(phase(name));
  listener(finished);
  await close();
  t.same(
    received.map(({ body }) => body.data.phase ?? body.type),
    ['dev.pado.run.started', 'recovery', 'dev.pado.run.finished'],
  );
  t.equal(notes.length, 1);
  t.match(notes[0], /more than 2 messages wait/);
});
