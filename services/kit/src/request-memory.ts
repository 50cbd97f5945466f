import type { FastifyInstance } from 'fastify';
import Type from 'typebox';

/** The environment variable of a service whose requests hold memory. */
export const requestMemoryConfig = {
  SHOP_REQUEST_MEMORY_KB: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 65_536,
    description: 'KiB of heap that each request keeps until it is answered, 0 (none, the default) to 65536',
  }),
};

interface Node {
  readonly id: number;
  readonly label: string;
  readonly price: number;
  readonly tags: readonly string[];
}

/** On the heap of a 64-bit Node.js, by measurement (test/services/kit/request-memory.test.ts). */
const bytesPerNode = 220;

/** About `kilobytes` of small objects, as a parsed JSON document is: what the garbage collector has to walk. */
export const objectGraph = (kilobytes: number): Node[] =>
  Array.from({ length: Math.ceil((kilobytes * 1024) / bytesPerNode) }, (_, id) => ({
    id,
    label: `the label of item ${id}`,
    price: id + 0.99,
    tags: [`tag-${id % 7}`, `tag-${id % 5}`],
  }));

/**
 * A part of the workload's model: each request keeps about so much memory from its arrival, waiting for a slot included,
 * until it is answered. More requests at a time are then a larger heap and longer collections, which make more requests
 * at a time. Probes and metrics keep nothing. Returns how many requests keep memory now.
 */
export function holdMemory(app: FastifyInstance, kilobytes: number): () => number {
  const held = new Set<Node[]>();
  const count = () => held.size;
  if (kilobytes === 0) return count;
  app.addHook('onRequest', (request, reply, done) => {
    if (/^\/(healthz|readyz|metrics)(\?|$)/.test(request.url)) return done();
    // Who has left before this will not close again.
    if (reply.raw.closed || request.raw.socket.destroyed) return done();
    const graph = objectGraph(kilobytes);
    held.add(graph);
    // 'close' comes once for every answer, also for one whose client has left.
    reply.raw.once('close', () => held.delete(graph));
    done();
  });
  return count;
}
