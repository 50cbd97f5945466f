import type { Series } from '../../contracts.ts';
import type { Arm } from '../arms.ts';
import { texts } from '../text.ts';
import { type Drawn, drawn, named, ofGateway } from './drawn.ts';
import { capOf, type Limit, toleranceOf } from './limits.ts';

export interface ChartLine {
  readonly label: string;
  /** What gives the colour: a run, or what is counted. */
  readonly tone: `arm-${number}` | 'good' | 'degraded' | 'bad' | 'in-flight' | 'queued';
  readonly values: readonly (number | null)[];
}

/** A chart as the page's script draws it. */
export interface Panel {
  readonly title: string;
  readonly unit: Series['unit'];
  /** Seconds since the fault began; since the first point where there was none. */
  readonly x: readonly number[];
  readonly lines: readonly ChartLine[];
  /** The fault's window of each run, in seconds. */
  readonly shades: readonly (readonly [from: number, to: number])[];
  readonly limit?: Limit;
  /** The highest value to make room for; panels that are compared share it. */
  readonly top: number;
}

/** Every chart for which there is data: one for all runs where a line each is enough, else one a run. */
export function panels(arms: readonly Arm[]): readonly Panel[] {
  const { charts } = texts;
  const together = (title: string, unit: Panel['unit'], name: string): readonly Panel[] =>
    panel(
      { title, unit, arms, limit: unit === 's' ? toleranceOf(arms, name) : undefined },
      arms.flatMap((arm, index) => drawn(arm, arm.label, `arm-${index % 3}`, named(arm, name))),
    );
  const outcomes = arms.flatMap((arm) =>
    panel(
      { title: `${charts.outcomes}: ${arm.label}`, unit: 'rps', arms: [arm] },
      (['good', 'degraded', 'bad'] as const).flatMap((name) => drawn(arm, charts[name], name, named(arm, name))),
    ),
  );
  const gateway = arms.flatMap((arm) =>
    panel({ title: `${charts.gateway}: ${arm.label}`, unit: 'count', arms: [arm], limit: capOf(arm) }, [
      ...drawn(arm, charts.inFlight, 'in-flight', ofGateway(arm, 'in flight')),
      ...drawn(arm, charts.queued, 'queued', ofGateway(arm, 'queued')),
    ]),
  );
  return [
    ...together(charts.checkout, 's', 'checkout p99'),
    ...together(charts.browse, 's', 'browse p99'),
    ...level(outcomes),
    ...level(gateway),
    ...together(charts.pending, 'count', 'pending orders'),
  ];
}

interface Frame {
  readonly title: string;
  readonly unit: Panel['unit'];
  readonly arms: readonly Arm[];
  readonly limit?: Limit | undefined;
}

/** One panel, or none without data. */
function panel({ title, unit, arms, limit }: Frame, lines: readonly Drawn[]): readonly Panel[] {
  if (lines.length === 0) return [];
  const x = [...new Set(lines.flatMap(({ points }) => [...points.keys()]))].sort((one, other) => one - other);
  const values = lines.map(({ points }) => x.map((second) => points.get(second) ?? null));
  const windows = arms.flatMap(({ pado }) => pado.windows.during ?? []);
  return [
    {
      title,
      unit,
      x,
      lines: lines.map(({ label, tone }, index) => ({ label, tone, values: values[index] ?? [] })),
      shades: windows.map(({ startMs, endMs }) => [0, (endMs - startMs) / 1_000]),
      ...(limit === undefined ? {} : { limit }),
      top: Math.max(limit?.value ?? 0, ...values.flat().map((value) => value ?? 0)),
    },
  ];
}

const level = (compared: readonly Panel[]): readonly Panel[] => {
  const top = Math.max(...compared.map((one) => one.top));
  return compared.map((one) => ({ ...one, top }));
};
