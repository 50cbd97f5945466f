const whole = /^(\d+(\.\d+)?(ms|s|m|h))+$/;
const part = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;
const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** The pattern of every duration in a file: `250ms`, `2s`, `1m30s`, `1.5h`. */
export const durationPattern = whole.source;

/** Milliseconds in a duration such as `250ms` or `1m30s`; undefined when it is not one. */
export function parseDuration(text: string): number | undefined {
  if (!whole.test(text)) return undefined;
  let sumMs = 0;
  for (const [, amount, unit] of text.matchAll(part)) sumMs += Number(amount) * unitMs[unit as keyof typeof unitMs];
  return sumMs;
}

/** Milliseconds in a duration that has been validated; throws a RangeError on any other text. */
export function durationMs(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new RangeError(`"${text}" is not a duration such as 250ms, 2s or 1m30s`);
  return ms;
}

/** The shortest text for a number of milliseconds, for people: 1500 → `1.5s`, 250.4 → `250ms`. */
export function formatDuration(ms: number): string {
  if (ms < 1) return `${Number(ms.toFixed(2))}ms`;
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(ms < 10_000 ? 2 : 1))}s`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = Math.round((ms % 60_000) / 1_000);
  return seconds === 0 ? `${minutes}m` : `${minutes}m${seconds}s`;
}
