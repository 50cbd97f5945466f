import { duration, percent, size } from '../fields.ts';
import { boolean, integer, literal, object, oneOf } from '../json-schema.ts';

export const layer = literal('process', {
  description: 'process: the fault acts on the process as a whole',
  default: 'process',
});

/** Blocks the main thread, by a steady share or by stalls. */
export const eventLoop = object(
  { kind: literal('event-loop', { description: 'blocks the main thread' }) },
  {
    layer,
    load: percent('share of the main thread that is busy'),
    stall: duration('how long the main thread is blocked at a time; at most 30s'),
    every: duration('from the start of one stall to the start of the next; longer than the stall'),
  },
  { description: 'event-loop: blocks the main thread, by `load` or by `stall` + `every`' },
  { oneOf: [{ required: ['load'] }, { required: ['stall', 'every'] }] },
);

/** Burns CPU in worker threads, so that the main thread is starved only as far as cores are. */
export const cpu = object(
  {
    kind: literal('cpu', { description: 'burns CPU in worker threads' }),
    load: percent("share of the container's CPU quota (without one: of all cores)"),
  },
  {
    layer,
    workers: integer({
      description: 'number of worker threads; by default as few as can carry the load',
      minimum: 1,
      maximum: 64,
    }),
  },
  {
    description:
      "cpu: burns a share of the container's CPU quota in worker threads, in addition to the process's own use",
  },
);

/** Holds memory that is really resident. */
export const memory = object(
  {
    kind: literal('memory', { description: 'holds memory' }),
    where: oneOf(['heap', 'rss'], { description: "heap (V8's own limit) or rss (the container's limit)" }),
  },
  {
    layer,
    size: size('how much is held; with `leak` the most that is held'),
    ramp: duration('time from nothing to the whole size', { default: '0ms' }),
    leak: size('how much more is held each second, until `size` or the guard is reached'),
    allowKill: boolean({
      description: 'true lifts the guard, so that the limit itself may end the process',
      default: false,
    }),
  },
  { description: "memory: holds touched memory, in V8's heap or outside of it, by `size` or by `leak`" },
  { anyOf: [{ required: ['size'] }, { required: ['leak'] }] },
);

/** Garbage: allocated and dropped at once. */
export const gc = object(
  {
    kind: literal('gc', { description: 'makes garbage' }),
    rate: size('how much garbage is made each second'),
  },
  { layer },
  {
    description: "gc: allocates and drops objects at a rate, so that V8's collector takes its share of the main thread",
  },
);

/** Threads of libuv's pool that do nothing else. */
export const threadpool = object(
  { kind: literal('threadpool', { description: "occupies threads of libuv's pool" }) },
  {
    layer,
    occupied: integer({
      description: 'how many threads are occupied; by default all of them (UV_THREADPOOL_SIZE, else 4)',
      minimum: 1,
      maximum: 1_024,
    }),
  },
  { description: "threadpool: occupies threads of libuv's pool, which files, dns.lookup, crypto and zlib share" },
);

/** Descriptors that are open for nothing. */
export const sockets = object(
  {
    kind: literal('sockets', { description: 'holds sockets open' }),
    held: integer({ description: 'how many sockets are held open', minimum: 1, maximum: 1_000_000 }),
  },
  {
    layer,
    allowKill: boolean({
      description: 'true lifts the guard that leaves the process 64 descriptors of its own limit',
      default: false,
    }),
  },
  { description: 'sockets: holds sockets open, each of which takes a file descriptor of the process' },
);
