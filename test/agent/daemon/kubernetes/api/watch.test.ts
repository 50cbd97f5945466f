import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import t, { type Test } from 'tap';
import type { WatchEvent } from '../../../../../agent/daemon/src/kubernetes/api/kube-api.ts';
import { apiServer, json, status, type Thing } from './api-server.ts';

/** A watch of a server that answers as the test says, and the names of its events. */
async function watchOf(t: Test, answer: (response: ServerResponse) => void) {
  const { api, server, sockets } = await apiServer(t, (_, response) => answer(response));
  const abort = new AbortController();
  const seen: string[] = [];
  const ended = api.watch<Thing>('/things', {
    query: { resourceVersion: '5' },
    signal: abort.signal,
    onOpen: () => seen.push('open'),
    onEvent: ({ type, object }: WatchEvent<Thing>) => seen.push(`${type} ${object.metadata.name}`),
  });
  ended.catch(() => {});
  return { ended, seen, abort, server, sockets };
}

const line = (type: string, name: string) => `${JSON.stringify({ type, object: { metadata: { name } } })}\n`;

/** Writes pieces one after the other, each in a packet of its own. */
async function inPieces(response: ServerResponse, pieces: readonly Buffer[]): Promise<void> {
  response.writeHead(200);
  for (const piece of pieces) {
    await new Promise((resolve) => response.write(piece, resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

t.test('gives each event once, however the bytes arrive', async (t) => {
  const bytes = Buffer.from(line('ADDED', 'ä') + line('MODIFIED', 'b') + line('BOOKMARK', ''));
  const { ended, seen } = await watchOf(t, async (response) => {
    await inPieces(
      response,
      Array.from({ length: Math.ceil(bytes.length / 7) }, (_, index) => bytes.subarray(index * 7, index * 7 + 7)),
    );
    response.end();
  });
  await ended;
  t.same(seen, ['open', 'ADDED ä', 'MODIFIED b', 'BOOKMARK ']);
});

t.test('an old version is status 410, as an answer', async (t) => {
  const { ended, seen } = await watchOf(t, (response) => json(response, 410, status(410, 'Expired', 'too old')));
  await t.rejects(ended, { name: 'KubeError', status: 410, reason: 'Expired' });
  t.same(seen, []);
});

t.test('an old version is status 410, as an event', async (t) => {
  const { ended, seen } = await watchOf(t, (response) => {
    const error = JSON.stringify({ type: 'ERROR', object: status(410, 'Expired', 'too old') });
    response.writeHead(200).end(`${line('ADDED', 'a')}${error}\n${line('ADDED', 'b')}`);
  });
  await t.rejects(ended, { name: 'KubeError', status: 410, reason: 'Expired', message: 'watch /things: too old' });
  t.same(seen, ['open', 'ADDED a']);
});

t.test('a stream that is dropped in the middle of a line fails', async (t) => {
  const { ended, seen } = await watchOf(t, (response) => {
    response.writeHead(200);
    response.write(`${line('ADDED', 'a')}{"type":"ADD`, () => response.destroy());
  });
  await t.rejects(ended, { name: 'KubeError', status: 0, reason: 'Unreachable' });
  t.same(seen, ['open', 'ADDED a']);
});

t.test('garbage fails', async (t) => {
  for (const garbage of ['hello\n', 'null\n', '{"type":"ADDED"}\n', '{"type":"ADDED","object":null}\n']) {
    const { ended } = await watchOf(t, (response) => response.writeHead(200).write(garbage));
    await t.rejects(ended, { name: 'KubeError', status: 0, reason: 'BadAnswer' }, garbage.trim());
  }
});

t.test('its signal ends it, with its socket', async (t) => {
  let closed: Promise<unknown> | undefined;
  const { ended, abort, seen } = await watchOf(t, (response) => {
    closed = once(response, 'close');
    response.writeHead(200);
    response.write(line('ADDED', 'a'), () => setImmediate(() => abort.abort()));
  });
  await ended;
  await closed;
  t.ok(seen.length <= 2);
  const { ended: silent, abort: stop } = await watchOf(t, () => stop.abort());
  await silent;
});
