import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { PortForward } from '@kubernetes/client-node';
import type { KubeClient } from './client.ts';
import { type FoundService, podBehind } from './service.ts';

/** A connection waits this long for a pod that can take it. */
const connectWithinMs = 10_000;
const againAfterMs = 250;

export interface Forward extends Disposable {
  /** http://127.0.0.1:<a free port> */
  readonly url: string;
}

/**
 * Listens on loopback and carries each connection to a ready pod behind a Service. When that pod goes away its
 * connections break, as they would in the cluster, and the next ones go to another pod, which `note` tells.
 */
export async function forward(
  client: KubeClient,
  service: FoundService,
  { note }: { readonly note: (text: string) => void },
): Promise<Forward> {
  const library = new PortForward(client.config);
  const sockets = new Set<Socket>();
  const what = `the port-forward to ${service.namespace}/${service.name}`;
  let behind: Promise<{ readonly pod: string; readonly port: number }> | undefined = podBehind(client, service);
  let lastPod = (await behind).pod;

  const renewed = async () => {
    behind ??= podBehind(client, service);
    const found = await behind;
    if (found.pod !== lastPod) note(`${what} goes on with the pod ${found.pod}`);
    lastPod = found.pod;
    return found;
  };
  /** Another pod is looked for, by the next connection. */
  const lose = (pod: string, why: string) => {
    if (pod !== lastPod || behind === undefined) return;
    behind = undefined;
    note(`${what} has lost the pod ${pod} (${why}), and connects again`);
  };

  const carry = async (socket: Socket): Promise<void> => {
    const deadline = performance.now() + connectWithinMs;
    while (!socket.destroyed) {
      let pod = lastPod;
      try {
        const found = await renewed();
        pod = found.pod;
        // The first bytes there are the reason why the pod's port could not be reached.
        const refused = new Writable({
          write: (chunk: Buffer, _encoding, done) => {
            if (chunk.length > 0) {
              lose(pod, chunk.toString().trim());
              socket.destroy();
            }
            done();
          },
        });
        const tunnel = await library.portForward(service.namespace, pod, [found.port], socket, refused, socket);
        if (typeof tunnel === 'function') return;
        tunnel.onclose = () => socket.end();
        tunnel.onerror = () => socket.destroy();
        socket.once('close', () => tunnel.close());
        if (socket.destroyed) tunnel.close();
        return;
      } catch (error) {
        behind = undefined;
        if (performance.now() > deadline) {
          note(`${what} finds no pod: ${(error as Error).message || 'the API server does not answer'}`);
          socket.destroy();
          return;
        }
        await sleep(againAfterMs);
      }
    }
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    void carry(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.dispose]: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
