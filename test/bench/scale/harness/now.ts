/** Milliseconds on a clock that all processes of this machine share (CLOCK_MONOTONIC). */
export const now = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000;
