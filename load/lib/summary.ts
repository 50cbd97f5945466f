import { fileFrom } from './file.ts';

/** What k6 hands to `handleSummary`, as far as it is read here. */
export interface Summary {
  readonly metrics: Readonly<
    Record<
      string,
      {
        readonly values: Readonly<Record<string, number>>;
        readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>;
      }
    >
  >;
}

export const readValue = ({ metrics }: Summary, metric: string, value: string): number | undefined =>
  metrics[metric]?.values[value];

/** A line for each threshold, for people. */
export const thresholdLines = ({ metrics }: Summary): string[] =>
  Object.entries(metrics).flatMap(([metric, { thresholds = {} }]) =>
    Object.entries(thresholds).map(([rule, { ok }]) => `${ok ? 'held  ' : 'missed'} ${metric} ${rule}`),
  );

/** Lines to stdout, and the result as JSON to the file that SUMMARY_FILE names. */
export function outputs(lines: readonly string[], result: unknown): Record<string, string> {
  const file = fileFrom(__ENV.SUMMARY_FILE);
  return {
    stdout: `${lines.join('\n')}\n`,
    ...(file === undefined ? {} : { [file]: `${JSON.stringify(result, null, 2)}\n` }),
  };
}
