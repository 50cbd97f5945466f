import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { assertSuccess, parseJson, type Status } from './answer.ts';
import { KubeError, type WatchEvent, type WatchOptions } from './kube-api.ts';
import { lineCutter } from './lines.ts';
import type { Server } from './server.ts';

/** The API server accepts a watch at once. */
const openWithinMs = 5_000;
/** An idle connection is probed after this long, so that a server that is gone is noticed without a word from it. */
const keepAliveMs = 15_000;
/** etcd refuses objects of more than 1.5 MiB; their JSON is not much larger. */
const maxLineBytes = 16 << 20;

type RawEvent<T> = WatchEvent<T> | { readonly type: 'ERROR'; readonly object: Status };

function eventIn<T>(line: string, where: string): WatchEvent<T> {
  const event = parseJson<RawEvent<T>>(line, where);
  if (typeof event !== 'object' || typeof event?.object !== 'object' || event.object === null)
    throw new KubeError(0, 'BadAnswer', `${where}: an event without an object`);
  if (event.type !== 'ERROR') return event;
  const { code = 500, reason = '', message = 'the API server ended the watch' } = event.object;
  throw new KubeError(code, reason, `${where}: ${message}`);
}

/** One stream of events on a socket of its own. @throws KubeError when it ends in any way but an orderly one */
export async function watch<T>(server: Server, path: string, options: WatchOptions<T>): Promise<void> {
  const { signal, query, onEvent, onOpen } = options;
  if (signal.aborted) return;
  const where = `watch ${path}`;
  const call = server.open(
    'GET',
    path,
    { query: { ...query, watch: true }, ...(options.accept === undefined ? {} : { accept: options.accept }) },
    { isWatch: true },
  );
  call.once('socket', (socket) => socket.setKeepAlive(true, keepAliveMs));
  call.on('error', () => {});
  const onAbort = () => call.destroy(new Error('called off by its caller'));
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => call.destroy(new Error(`no answer within ${openWithinMs} ms`)), openWithinMs);
  try {
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    await assertSuccess(response, where);
    clearTimeout(timer);
    onOpen?.();
    const cut = lineCutter((line) => {
      if (!signal.aborted) onEvent(eventIn<T>(line, where));
    }, maxLineBytes);
    for await (const chunk of response as AsyncIterable<Buffer>) cut(chunk);
  } catch (cause) {
    if (signal.aborted) return;
    if (cause instanceof KubeError) throw cause;
    throw new KubeError(0, 'Unreachable', `${where}: ${(cause as Error).message}`, { cause });
  } finally {
    call.destroy();
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
