const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const durationPattern = /^(\d+(\.\d+)?(ms|s|m|h))+$/;
/** k6 takes what a load is made of for granted; a slip of the pen here could make one that nobody can stop in time. */
export const maxRate = 10_000;
const maxMs = 24 * unitMs.h;

/** Milliseconds in a duration such as 250ms, 2s or 1m30s; undefined when it is not one. */
export function durationMs(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * unitMs[unit as keyof typeof unitMs], 0);
}

/** A whole number from the environment. An empty variable counts as none. */
export function whole(name: string, fallback: number, { from = 1, to = maxRate } = {}): number {
  const text = __ENV[name];
  const value = text === undefined || text === '' ? fallback : Number(text);
  if (Number.isInteger(value) && value >= from && value <= to) return value;
  throw new Error(`${name} is "${text ?? fallback}": it should be a whole number from ${from} to ${to}`);
}

/** A number from the environment, such as a share or a factor. */
export function number(name: string, fallback: number, { from, to }: { from: number; to: number }): number {
  const text = __ENV[name];
  const value = text === undefined || text === '' ? fallback : Number(text);
  if (value >= from && value <= to) return value;
  throw new Error(`${name} is "${text ?? fallback}": it should be a number from ${from} to ${to}`);
}

/** A duration from the environment, at least 1s (k6 makes no shorter scenario) and at most 24h. */
export function duration(name: string, fallback: string, leastSeconds = 1): string {
  const text = __ENV[name] || fallback;
  const ms = durationMs(text);
  if (ms !== undefined && ms >= leastSeconds * 1_000 && ms <= maxMs) return text;
  throw new Error(`${name} is "${text}": it should be a duration such as 30s or 1m30s, from ${leastSeconds}s to 24h`);
}

/** One of some words. */
export function oneOf<T extends string>(name: string, words: readonly T[], fallback: T): T {
  const text = __ENV[name] || fallback;
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw new Error(`${name} is "${text}": it should be one of ${words.join(', ')}`);
}

/** An address without a path. */
export function address(name: string, fallback: string): string {
  const text = __ENV[name] || fallback;
  if (/^https?:\/\/[^\s/?#]+\/?$/.test(text)) return text.replace(/\/$/, '');
  throw new Error(`${name} is "${text}": it should be an address such as ${fallback}, without a path`);
}
