import { formatDuration } from '@pado/fault';
import { type Line, lineWidth, type Span, span } from './line.ts';
import { type LiveState, stepOf, steps } from './state.ts';

export const titleLine = ({ title, policies }: LiveState): Line => [
  span('Pado', 'strong'),
  span(`  ${title}`),
  span(`  policies: ${policies}`, 'dim'),
];

/** The five steps, the current one marked. A second run is the improvement itself: the loop is gone through again. */
export function stepsLine(state: LiveState, width: number): Line {
  const current = stepOf(state);
  const spans = steps.map((step, index): Span => {
    const name = `${index + 1} ${step}`;
    if (index === 4 && state.run > 1) return span(`↻ ${name}`, 'strong');
    if (index === current) return span(`▶ ${name}`, 'strong');
    return index < current ? span(`✓ ${name}`, 'ok') : span(`○ ${name}`, 'dim');
  });
  const gap = span(' '.repeat(width >= 100 ? 3 : 1));
  return spans.flatMap((one, index) => (index === 0 ? [one] : [gap, one]));
}

const barWidth = 20;

/** What goes on, and how long it still takes. */
export function phaseLine({ phase }: LiveState, width: number, nowMs: number): Line {
  if (phase === undefined) return [span('starting', 'dim')];
  const text = [span(phase.name, 'strong'), span(`  ${phase.text}`)];
  const left = timeLeft(phase, nowMs);
  if (left === undefined) return text;
  const share = 1 - left / (phase.durationMs ?? 1);
  const done = Math.round(barWidth * share);
  const tail = [
    span(`  ${formatDuration(left)} left `),
    span('━'.repeat(done), 'ok'),
    span('─'.repeat(barWidth - done), 'dim'),
  ];
  const gap = width - lineWidth(text) - lineWidth(tail);
  return gap >= 0 ? [...text, span(' '.repeat(gap)), ...tail] : [text[0]!, ...tail];
}

/** Milliseconds, in whole seconds; undefined where the phase has no planned end. */
export function timeLeft(phase: NonNullable<LiveState['phase']>, nowMs: number): number | undefined {
  if (phase.durationMs === undefined || phase.durationMs <= 0) return undefined;
  return Math.max(0, Math.ceil((phase.durationMs - (nowMs - phase.startedMs)) / 1_000) * 1_000);
}
