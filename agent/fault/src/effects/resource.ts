import { duration, percent, size } from '../fields.ts';
import { integer, literal, object, oneOf } from '../json-schema.ts';

const layer = literal('process', {
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
    size: size('how much is held'),
  },
  {
    layer,
    ramp: duration('time from nothing to the whole size', { default: '0ms' }),
  },
  { description: "memory: holds touched memory, in V8's heap or outside of it" },
);
