import t, { type Test } from 'tap';
import { monotonicClock } from '../../../../../agent/daemon/src/clock.ts';
import {
  createInformer,
  type InformerOptions,
  metadataOnly,
} from '../../../../../agent/daemon/src/kubernetes/api/informer.ts';
import type { InformerEvent } from '../../../../../agent/daemon/src/kubernetes/api/store.ts';
import { silentLog } from '../../../../../agent/daemon/src/log.ts';
import { apiServer, json, status, type Thing, Things } from './api-server.ts';

const quick = { minBackoffMs: 5, maxBackoffMs: 40 };

async function informerOf(t: Test, things: Things, options: Partial<InformerOptions<Thing>> = {}) {
  const { api, server } = await apiServer(t, things.listener);
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  const informer = createInformer<Thing>({
    ...{ api, path: '/things', clock: monotonicClock, log: silentLog, signal: abort.signal },
    ...options,
    timing: { ...quick, ...options.timing },
  });
  const events: string[] = [];
  const waiting: (() => void)[] = [];
  const told = ({ type, object, isLive }: InformerEvent<Thing>) =>
    `${isLive ? 'live' : 'list'} ${type} ${object.metadata.name} ${object.data}`;
  informer.on((event) => {
    events.push(told(event));
    for (const check of [...waiting]) check();
  });
  /** Resolves when an event was told. */
  const until = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const check = () => {
        if (events.includes(text)) resolve();
      };
      waiting.push(check);
      check();
    });
  return { informer, events, until, abort, server, api };
}

t.test('lists, then watches', async (t) => {
  const things = new Things();
  things.put('a', '1');
  const { informer, events, until } = await informerOf(t, things, { query: { labelSelector: 'x=y' } });
  t.equal(informer.isSynced, false);
  t.equal(informer.staleMs(), Number.POSITIVE_INFINITY);
  const open = things.nextStream();
  await informer.synced;
  await open;
  t.equal(informer.isSynced, true);
  things.put('a', '2');
  things.put('b', '1');
  things.delete('a');
  await until('live deleted a 2');
  t.same(events, ['list added a 1', 'live modified a 2', 'live added b 1', 'live deleted a 2']);
  t.same([...informer.items.keys()], ['uid-b']);
  t.notOk('managedFields' in informer.items.get('uid-b')!.metadata);
  t.ok(informer.isWatching && informer.staleMs() < 60_000);
  t.match(Object.fromEntries(things.lists[0]!.searchParams), { labelSelector: 'x=y', resourceVersion: '0' });
  const watch = Object.fromEntries(things.watches[0]!.searchParams);
  t.match(watch, { labelSelector: 'x=y', resourceVersion: '101', allowWatchBookmarks: 'true' });
  t.ok(Number(watch.timeoutSeconds) >= 300 && Number(watch.timeoutSeconds) <= 330);
});

t.test('goes on from the last version when the stream is cut, without another list', async (t) => {
  const things = new Things();
  const { events, until } = await informerOf(t, things);
  await things.nextStream();
  for (let index = 0; index < 5; index++) {
    const again = things.nextStream();
    things.put('a', `${index}`);
    things.cut();
    things.put('b', `${index}`);
    await again;
  }
  await until('live modified b 4');
  t.equal(things.lists.length, 1);
  t.equal(new Set(events).size, events.length, 'nothing is told twice');
  t.equal(events.length, 10);
});

t.test('a stream that ends in good order is followed by the next', async (t) => {
  const things = new Things();
  const { until } = await informerOf(t, things);
  await things.nextStream();
  things.put('a', '1');
  await until('live added a 1');
  things.bookmark();
  const again = things.nextStream();
  for (const stream of things.streams) stream.end();
  await again;
  t.equal(things.watches.at(-1)!.searchParams.get('resourceVersion'), '102', 'a bookmark moves it on');
});

for (const form of ['an answer', 'an event'] as const)
  t.test(`410 as ${form}: lists again and tells what differs`, async (t) => {
    const things = new Things();
    for (const name of ['same', 'changed', 'gone', 'anew']) things.put(name, '1');
    const { informer, events, until } = await informerOf(t, things);
    await things.nextStream();
    events.length = 0;
    const streams = [...things.streams];
    things.streams.clear();
    things.put('changed', '2');
    things.delete('gone');
    things.delete('anew');
    things.put('anew', '2', 'uid-other');
    things.compact();
    for (const stream of streams) {
      const line = JSON.stringify({ type: 'ERROR', object: status(410, 'Expired', 'too old') });
      if (form === 'an answer') stream.destroy();
      else stream.write(`${line}\n`);
    }
    await until('list added anew 2');
    t.same(events, ['list deleted gone 1', 'list deleted anew 1', 'list modified changed 2', 'list added anew 2']);
    t.same([...informer.items.keys()].sort(), ['uid-changed', 'uid-other', 'uid-same']);
    t.equal(things.lists.length, 2);
    const again = Object.fromEntries(things.lists[1]!.searchParams);
    t.same(again, { resourceVersion: '104' }, 'no older than what is known, from memory');
  });

t.test('a list from a version that is too old asks for the newest', async (t) => {
  const things = new Things();
  const { until } = await informerOf(t, things);
  await things.nextStream();
  things.compact();
  things.misbehave = (url, response) => {
    if (!url.searchParams.get('resourceVersion')) return false;
    json(response, 410, status(410, 'Expired', 'too old'));
    return true;
  };
  things.cut();
  things.put('a', '1');
  await until('list added a 1');
  t.equal(things.lists.at(-1)!.searchParams.has('resourceVersion'), false);
  t.equal(things.lists.at(-1)!.searchParams.get('limit'), '500');
});

t.test('a stream without a word is opened anew', async (t) => {
  const things = new Things();
  await informerOf(t, things, { timing: { silenceMs: 60 } });
  await things.nextStream();
  await things.nextStream();
  t.ok(things.watches.length >= 2);
  t.equal(things.lists.length, 1);
});

t.test('garbage in a stream costs only that stream', async (t) => {
  const things = new Things();
  const { until } = await informerOf(t, things);
  for (const garbage of ['}{\n', '{"type":"ADDED","object":{}}\n', '{"type":"ADDED","object":{"metadata":null}}\n']) {
    await things.nextStream();
    things.send(garbage);
  }
  await things.nextStream();
  things.put('a', '1');
  await until('live added a 1');
  t.equal(things.lists.length, 1);
});

t.test('backs off from failures, keeps its objects, and comes back', async (t) => {
  const things = new Things();
  things.put('a', '1');
  const waits: number[] = [];
  let back = false;
  const { informer, until, events } = await informerOf(t, things, {
    random: () => 1,
    log: (_, __, fields) => {
      waits.push(fields?.retryMs as number);
      if (waits.length === 7) back = true;
    },
  });
  await things.nextStream();
  things.misbehave = (_, response) => {
    if (!back) response.destroy();
    return !back;
  };
  things.cut();
  things.put('b', '1');
  await until('live added b 1');
  t.same(waits, [5, 10, 20, 40, 40, 40, 40]);
  t.same(events, ['list added a 1', 'live added b 1']);
  t.equal(informer.items.size, 2);
});

t.test('waits as long as the server asks for', async (t) => {
  const things = new Things();
  const waits: number[] = [];
  things.misbehave = (_, response) => {
    if (waits.length > 0) return false;
    json(response, 429, status(429, 'TooManyRequests', 'slow down'), { 'retry-after': '1' });
    return true;
  };
  const { informer } = await informerOf(t, things, { log: (_, __, fields) => waits.push(fields?.retryMs as number) });
  await informer.synced;
  t.same(waits, [1_000]);
});

t.test('a kind of resource that is gone takes its objects with it, though not at once', async (t) => {
  const things = new Things();
  things.put('a', '1');
  let nowMs = 0;
  let refused = 0;
  const { informer, until } = await informerOf(t, things, { clock: { now: () => nowMs } });
  await things.nextStream();
  things.misbehave = (_, response) => {
    if (++refused > 3) nowMs += 5_000;
    t.equal(informer.items.size, 1);
    response.writeHead(404).end('404 page not found');
    return true;
  };
  things.cut();
  await until('list deleted a 1');
  t.ok(refused >= 5);
});

t.test('takes lists in pages, and names alone', async (t) => {
  const things = new Things();
  things.pageSize = 4;
  for (let index = 0; index < 10; index++) things.put(`thing-${index}`, '1');
  const { informer } = await informerOf(t, things, { accept: metadataOnly });
  const open = things.nextStream();
  await informer.synced;
  await open;
  t.equal(informer.items.size, 10);
  t.same(
    things.lists.map((url) => [url.searchParams.get('continue'), url.searchParams.get('resourceVersion')]),
    [
      [null, '0'],
      ['4', null],
      ['8', null],
    ],
  );
  t.same(things.accepts, [metadataOnly.list, metadataOnly.list, metadataOnly.list, metadataOnly.watch]);
});

t.test('keeps what is projected', async (t) => {
  const things = new Things();
  things.put('a', 'long');
  const { informer } = await informerOf(t, things, {
    project: ({ metadata: { name, uid, resourceVersion } }) => ({ metadata: { name, uid, resourceVersion } }) as Thing,
  });
  await informer.synced;
  t.same(informer.items.get('uid-a'), { metadata: { name: 'a', uid: 'uid-a', resourceVersion: '101' } });
});

t.test('a listener that fails hurts no other, and one that is undone hears nothing more', async (t) => {
  const things = new Things();
  const errors: unknown[] = [];
  const { informer, until } = await informerOf(t, things, {
    log: (level, _, fields) => level === 'error' && errors.push(fields?.error),
  });
  const heard: string[] = [];
  informer.on(() => {
    throw new Error('broken');
  });
  const undo = informer.on(({ object }) => heard.push(object.metadata.name));
  await things.nextStream();
  things.put('a', '1');
  await until('live added a 1');
  undo();
  things.put('b', '1');
  await until('live added b 1');
  t.same(heard, ['a']);
  t.equal(errors.length, 2);
  t.equal(things.watches.length, 1);
});

t.test('its signal ends it for good', async (t) => {
  const things = new Things();
  const { informer, abort } = await informerOf(t, things);
  await things.nextStream();
  const [stream] = things.streams;
  const closed = new Promise((resolve) => stream!.once('close', resolve));
  abort.abort();
  await closed;
  t.equal(informer.isWatching, false);
  const stopped = AbortSignal.abort(new Error('leaving'));
  const { informer: never } = await informerOf(t, things, { signal: stopped });
  await t.rejects(never.synced, /leaving/);
});
