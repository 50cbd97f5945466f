/** One thing that was looked at before anything is done. */
export interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do about it, when it is not ok. */
  readonly remedy?: string;
}

export const findingLines = (findings: readonly Finding[]): string[] =>
  findings.flatMap(({ what, ok, found, remedy }) => [
    `  ${ok ? 'ok     ' : 'MISSING'} ${what}: ${found}`,
    ...(ok || remedy === undefined ? [] : [`          ${remedy}`]),
  ]);
