import type { Band } from './band.ts';
import { type Line, type Span, span } from './line.ts';
import type { Activity, LiveState } from './state.ts';

const looks: Readonly<Record<Activity['state'], { readonly sign: string; readonly tone: Band | 'dim' | 'strong' }>> = {
  started: { sign: '▸', tone: 'strong' },
  succeeded: { sign: '✓', tone: 'ok' },
  failed: { sign: '✗', tone: 'failing' },
  skipped: { sign: '–', tone: 'dim' },
};

/** What the method is doing, in the background too, in one line. */
export function activityLines({ activities }: LiveState): readonly Line[] {
  if (activities.length === 0) return [];
  return [activities.flatMap(spans)];
}

function spans({ name, state, background, error }: Activity, index: number): readonly Span[] {
  const { sign, tone } = looks[state];
  return [
    span(`${index === 0 ? '' : '   '}${sign} `, tone),
    span(name),
    ...(background === true ? [span(' (background)', 'dim')] : []),
    ...(error === undefined ? [] : [span(`: ${error}`, 'failing')]),
  ];
}
