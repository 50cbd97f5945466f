import type { Journal } from '../../contracts.ts';
import { isObject } from '../../is-object.ts';

export interface Done {
  readonly part: 'method' | 'rollback';
  readonly name: string;
  /** action or probe. */
  readonly type: string;
  readonly isBackground: boolean;
  readonly state: string;
  readonly startMs?: number;
  readonly durationMs?: number;
  readonly error?: string;
}

/** Activities as Chaos Toolkit's journal records them, ours or its own. */
export const activitiesOf = ({ run, rollbacks }: Journal): readonly Done[] => [
  ...run.flatMap((record) => done('method', record)),
  ...rollbacks.flatMap((record) => done('rollback', record)),
];

function done(part: Done['part'], record: unknown): readonly Done[] {
  if (!isObject(record)) return [];
  const { activity, status, start, duration, exception } = record;
  const { name, type, background } = isObject(activity) ? activity : {};
  const startMs =
    typeof start === 'string' ? Date.parse(/Z|[+-]\d\d:\d\d$/.test(start) ? start : `${start}Z`) : Number.NaN;
  const error = Array.isArray(exception) ? exception.at(-1) : exception;
  return [
    {
      part,
      name: typeof name === 'string' ? name : '–',
      type: typeof type === 'string' ? type : '',
      isBackground: background === true,
      state: typeof status === 'string' ? status : '–',
      ...(Number.isFinite(startMs) ? { startMs } : {}),
      ...(typeof duration === 'number' ? { durationMs: duration * 1_000 } : {}),
      ...(typeof error === 'string' ? { error: error.trim() } : {}),
    },
  ];
}
