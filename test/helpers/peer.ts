import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

/** A real HTTP server on a free port, gone at the end of the test. */
export async function peer(t: Test, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

/** A peer that answers when told: each request waits in `held`. */
export async function heldPeer(t: Test) {
  const held: { request: IncomingMessage; response: ServerResponse }[] = [];
  let wake: (() => void) | undefined;
  const url = await peer(t, (request, response) => {
    held.push({ request, response });
    wake?.();
  });
  return {
    url,
    held,
    /** Resolves once `count` requests have come. */
    arrived: async (count: number) => {
      while (held.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
