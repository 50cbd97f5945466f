import type { Series } from '../../contracts.ts';
import { type Arm, isRepetition, pictured } from '../arms.ts';
import { nameOf } from '../facts/topology.ts';
import type { Texts } from '../text/en.ts';
import { type Drawn, drawn, named, ofGateway } from './drawn.ts';
import { capOf, type Limit, toleranceOf } from './limits.ts';

export interface ChartLine {
  readonly label: string;
  /** What gives the colour: a run, what is counted, or the place among several. */
  readonly tone: `arm-${number}` | `line-${number}` | 'good' | 'degraded' | 'bad' | 'in-flight' | 'queued';
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
  /** The lowest and the highest value to make room for; panels that are compared share the highest. */
  readonly bottom: number;
  readonly top: number;
}

export interface PanelGroup {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** The prefix under which a run records what a probe asks, over time. */
const probePrefix = 'probe: ';

/** Every chart for which there is data: one for all runs where a line each is enough, else one a run. */
export function panelGroups(arms: readonly Arm[], texts: Texts): readonly PanelGroup[] {
  const { charts } = texts;
  const together = (title: string, unit: Panel['unit'], name: string, probe = name): readonly Panel[] =>
    panel(
      { title, unit, arms, limit: toleranceOf(arms, probe, texts) },
      arms.flatMap((arm, index) => drawn(arm, arm.label, armTone(index, arms), named(arm, name))),
    );
  const probes = new Map(
    arms
      .flatMap(({ pado }) => pado.series)
      .flatMap(({ name, unit }) => (name.startsWith(probePrefix) ? [[name, unit]] : [])),
  );
  const asProbe = (name: string): boolean => probes.has(`${probePrefix}${name}`);
  return [
    {
      title: charts.probes,
      panels: [
        ...[...probes].flatMap(([name, unit]) => {
          const probe = name.slice(probePrefix.length);
          return together(probe, unit, name, probe);
        }),
        ...(asProbe('checkout p99') ? [] : together(charts.checkout, 's', 'checkout p99')),
        ...(asProbe('browse p99') ? [] : together(charts.browse, 's', 'browse p99')),
      ],
    },
    { title: charts.calls, panels: pictured(arms).flatMap((arm) => calls(arm, arms, texts)) },
    { title: charts.shop, panels: [...shop(arms, texts), ...together(charts.pending, 'count', 'pending orders')] },
  ].filter(({ panels }) => panels.length > 0);
}

const armTone = (index: number, arms: readonly Arm[]): ChartLine['tone'] =>
  isRepetition(arms) ? `line-${index % 6}` : `arm-${index % 3}`;

function shop(arms: readonly Arm[], texts: Texts): readonly Panel[] {
  const { charts } = texts;
  const shown = pictured(arms);
  const outcomes = shown.flatMap((arm) =>
    panel(
      { title: `${charts.outcomes}: ${arm.label}`, unit: 'rps', arms: [arm] },
      (['good', 'degraded', 'bad'] as const).flatMap((name) => drawn(arm, charts[name], name, named(arm, name))),
    ),
  );
  const gateway = shown.flatMap((arm) =>
    panel({ title: `${charts.gateway}: ${arm.label}`, unit: 'count', arms: [arm], limit: capOf(arm, texts) }, [
      ...drawn(arm, charts.inFlight, 'in-flight', ofGateway(arm, 'in flight')),
      ...drawn(arm, charts.queued, 'queued', ofGateway(arm, 'queued')),
    ]),
  );
  return [...level(outcomes), ...level(gateway)];
}

/** As many lines as can be told apart. */
const mostLines = 6;

/** The calls of one run: their p99 and failures, those that moved most; and what piles up in each service. */
function calls(arm: Arm, arms: readonly Arm[], { charts, map }: Texts): readonly Panel[] {
  const title = (text: string): string => (arms.length === 1 ? text : `${text}: ${arm.label}`);
  const edge = ({ service = '', peer = '' }: Series['labels']): string =>
    `${nameOf(service, map.users)} → ${nameOf(peer, map.users)}`;
  const lines = (name: string, labelOf: (labels: Series['labels']) => string, isShown = (_: Series) => true) =>
    named(arm, name)
      .filter(isShown)
      .toSorted((one, other) => highest(other) - highest(one))
      .slice(0, mostLines)
      .flatMap((series, index) => drawn(arm, labelOf(series.labels), `line-${index % 6}`, [series]));
  return [
    ...panel({ title: title(charts.callP99), unit: 's', arms: [arm] }, lines('edge p99', edge)),
    ...panel(
      { title: title(charts.callErrors), unit: 'ratio', arms: [arm] },
      lines('edge errors', edge, (series) => highest(series) > 0),
    ),
    ...panel(
      { title: title(charts.inFlightAll), unit: 'count', arms: [arm] },
      lines('in flight', ({ service = '' }) => service),
    ),
    ...panel(
      { title: title(charts.applied), unit: 'rps', arms: [arm] },
      lines('applied', ({ fault = '' }) => fault),
    ),
  ];
}

const highest = ({ points }: Series): number => points.reduce((most, [, value]) => Math.max(most, value ?? 0), 0);

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
  const all = values.flat().flatMap((value) => value ?? []);
  return [
    {
      title,
      unit,
      x,
      lines: lines.map(({ label, tone }, index) => ({ label, tone, values: values[index] ?? [] })),
      shades: windows.map(({ startMs, endMs }) => [0, (endMs - startMs) / 1_000]),
      ...(limit === undefined ? {} : { limit }),
      bottom: all.reduce((least, value) => Math.min(least, value), Math.min(0, limit?.value ?? 0)),
      top: all.reduce((most, value) => Math.max(most, value), Math.max(0, limit?.value ?? 0)),
    },
  ];
}

const level = (compared: readonly Panel[]): readonly Panel[] => {
  const top = Math.max(...compared.map((one) => one.top));
  return compared.map((one) => ({ ...one, top }));
};
