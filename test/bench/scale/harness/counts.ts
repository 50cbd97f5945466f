/** How often something happened, by its name, such as `GET leases`. */
export type Counts = Readonly<Record<string, number>>;

export function add(...all: readonly Counts[]): Counts {
  const sums: Record<string, number> = {};
  for (const counts of all) for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

/** What came after `before`; names that nothing was added to are left out. */
export const since = (before: Counts, after: Counts): Counts =>
  Object.fromEntries(
    Object.entries(after)
      .map(([name, count]) => [name, count - (before[name] ?? 0)] as const)
      .filter(([, count]) => count !== 0),
  );

export const scaled = (counts: Counts, factor: number): Counts =>
  Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count * factor]));

const isRefusal = (name: string): boolean => name.startsWith('refused ');

/** How many requests those are; one that was refused is one, though it has two names. */
export const total = (counts: Counts): number =>
  Object.entries(counts).reduce((sum, [name, count]) => (isRefusal(name) ? sum : sum + count), 0);

/** Those that go on without a fault: elections, streams that are opened anew, certificates. */
const isIdle = (name: string): boolean => name.includes('WATCH ') || / (leader|ca|secrets|node leases)$/.test(name);

/** What a fault caused, whatever went on anyway. */
export const ofFaults = (counts: Counts): Counts =>
  Object.fromEntries(Object.entries(counts).filter(([name]) => !isIdle(name)));

/** The most frequent first: `PUT faultreports 500, POST events 100`. */
export const text = (counts: Counts, digits = 0): string =>
  Object.entries(counts)
    .filter(([, count]) => count >= 0.5 * 10 ** -digits)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count.toLocaleString('en', { maximumFractionDigits: digits })}`)
    .join(', ');
