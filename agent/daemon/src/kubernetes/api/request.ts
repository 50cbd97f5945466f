import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { readAnswer } from './answer.ts';
import { KubeError, type RequestOptions } from './kube-api.ts';
import type { Server } from './server.ts';

/** One question and its whole answer. @throws KubeError */
export async function request<T>(
  server: Server,
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<T> {
  const { timeoutMs = 5_000, signal, body } = options;
  const where = `${method} ${path}`;
  const aborted = () => new KubeError(0, 'Aborted', `${where}: called off by its caller`, { cause: signal?.reason });
  if (signal?.aborted) throw aborted();
  const call = server.open(method, path, options, body === undefined ? {} : { body: JSON.stringify(body) });
  let failure: KubeError | undefined;
  const fail = (error: KubeError) => {
    failure = error;
    call.destroy(error);
  };
  const onAbort = () => fail(aborted());
  const timer = setTimeout(() => {
    server.dropIdleSockets();
    fail(new KubeError(0, 'Timeout', `${where}: no whole answer within ${timeoutMs} ms`));
  }, timeoutMs);
  signal?.addEventListener('abort', onAbort, { once: true });
  // Errors after the answer began are told by the answer's own stream; here they must only not be unhandled.
  call.on('error', () => {});
  try {
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    return await readAnswer<T>(response, where, options.maxBytes);
  } catch (cause) {
    if (failure !== undefined) throw failure;
    call.destroy();
    if (cause instanceof KubeError) throw cause;
    throw new KubeError(0, 'Unreachable', `${where}: no answer from the API server: ${(cause as Error).message}`, {
      cause,
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
