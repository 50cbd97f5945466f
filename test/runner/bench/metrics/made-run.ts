/** Runs made by hand: so many users a second, whose answers a function decides. */
import type { RunTimes, Sample } from '../../../../runner/src/bench/contracts.ts';

export const injectMs = 1_700_000_000_000;

/** 15 s of baseline, 10 s of trigger, 60 s after it. */
export const times: RunTimes = {
  baseline: { startMs: injectMs - 15_000, endMs: injectMs },
  injectMs,
  revertMs: injectMs + 10_000,
  endMs: injectMs + 70_000,
};

export type Answer = Pick<Sample, 'outcome' | 'durationMs'>;

export const good = (durationMs = 20): Answer => ({ outcome: 'good', durationMs });
export const bad = (durationMs = 3_000): Answer => ({ outcome: 'bad', durationMs });

/** `answer` gets the second since injection, and the user's number within it. */
export const run = (
  answer: (second: number, user: number) => Answer,
  { perSecond = 40, journey = 'list', from = -15, to = 70 } = {},
): readonly Sample[] =>
  Array.from({ length: to - from }, (_, index) => from + index).flatMap((second) =>
    Array.from({ length: perSecond }, (_, user) => ({
      atMs: injectMs + second * 1_000 + Math.floor((user * 1_000) / perSecond),
      journey,
      status: 200,
      ...answer(second, user),
    })),
  );

/** Fails from injection on for ever. */
export const naive = run((second) => (second < 0 ? good() : bad()));
/** Fails during the trigger and four seconds longer. */
export const fixed = run((second) => (second < 0 || second >= 14 ? good() : bad()));
