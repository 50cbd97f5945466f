import type { Excerpt, TimeWindow } from '../../contracts.ts';
import { type LogLine, presentable } from './line.ts';

const most = 12;
/** Lines of one trace beside what went wrong in it. */
const mostOfTrace = 5;
const always = 2;

/**
 * What a reader should see of a window: the first two warnings or errors, one of each kind and service, and the lines
 * of other services that carry the trace id of the first of them that has one.
 */
export function choose(lines: readonly LogLine[], { startMs, endMs }: TimeWindow): readonly Excerpt[] {
  const inside = lines
    .filter(({ atMs }) => atMs >= startMs && atMs <= endMs)
    .toSorted((one, other) => one.atMs - other.atMs);
  const trouble = inside.filter(({ isTrouble }) => isTrouble);
  const examples = trouble.filter(
    ({ kind }, index) => index < always || trouble.findIndex((one) => one.kind === kind) === index,
  );
  const traceId = examples.find((line) => line.traceId !== undefined)?.traceId;
  const trace = inside
    .filter((line) => traceId !== undefined && line.traceId === traceId && !examples.includes(line))
    .slice(0, mostOfTrace);
  const kept = new Set([...examples.slice(0, most - trace.length), ...trace]);
  return inside
    .filter((line) => kept.has(line))
    .map(({ source, atMs, text, traceId: id }) => ({
      source: id === undefined ? source : `${source}, trace ${id.slice(0, 8)}`,
      atMs,
      text: presentable(text),
    }));
}
