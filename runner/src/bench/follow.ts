import type { Listener } from '../contracts.ts';

/** Tells people what a run does, a line a phase: a benchmark is watched from time to time, not all the time. */
export function followRun(progress: (line: string) => void): Listener {
  return (event) => {
    switch (event.type) {
      case 'phase':
        if (event.phase !== 'done')
          progress(
            `    ${event.phase}${event.durationMs === undefined ? '' : ` (${Math.round(event.durationMs / 1_000)} s)`}`,
          );
        return;
      case 'note':
        if (event.level !== 'info') progress(`    ${event.level}: ${event.text}`);
        return;
      case 'stop':
        progress(`    stopped: ${event.stop.reason}`);
        return;
      case 'finished':
        progress(`    ${event.journal.pado.verdict}: ${event.journal.pado.reason}`);
    }
  };
}

/** `3 min`, `50 s`. */
export const timeText = (ms: number): string =>
  ms < 90_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
