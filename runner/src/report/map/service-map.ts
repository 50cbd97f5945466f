import type { FaultStatus } from '@pado/fault';
import type { PadoJournal } from '../../contracts.ts';
import { effectInWords } from '../facts/effect.ts';
import { rate, share, time } from '../facts/format.ts';
import { nameOf, topology, users } from '../facts/topology.ts';
import type { Html } from '../html.ts';
import { drawing, type Edge, type Node } from './draw.ts';
import { places, size } from './layout.ts';
import { edgeMovement, type Movement, movedSigns, type Stats, serviceMovement } from './moved.ts';

/** The shop in one run: every service and call with how far it moved from the baseline to the experiment. */
export function serviceMap({ graph, faults }: PadoJournal, { id, label }: { id: string; label: string }): Html {
  const nodes = Object.entries(places).map(([service, box]): Node => {
    const movement = service === users ? edgeMovement(graph, topology[0]!) : serviceMovement(graph, service);
    const badge = badgeOf(faults, service);
    return {
      box,
      name: nameOf(service),
      lines:
        service === users
          ? [changed(movement, ({ rate: perSecond }) => rate(perSecond)).join(' → ')]
          : linesOf(service, movement, graph),
      moved: service === users ? 'unknown' : movement.moved,
      ...(badge === undefined ? {} : { badge }),
    };
  });
  const edges = topology.flatMap((edge): readonly Edge[] => {
    const [from, to] = [places[edge.from], places[edge.to]];
    if (from === undefined || to === undefined) return [];
    const movement = edgeMovement(graph, edge);
    const events = edge.by === 'events';
    return [{ from, to, labels: events ? ['events'] : edgeLabels(movement), moved: movement.moved, dashed: events }];
  });
  return drawing({ id, label, ...size, nodes, edges });
}

function linesOf(service: string, movement: Movement, { during }: PadoJournal['graph']): readonly string[] {
  if (movement.before === undefined && movement.during === undefined) return [];
  const lines = [
    `${movedSigns[movement.moved]} ${changed(movement, ({ p99 }) => time(p99)).join(' → ')}`.trim(),
    `errors ${unlessSame(changed(movement, ({ errorRate }) => share(errorRate)))}`,
  ];
  const inFlight = during?.inFlight[service];
  if (service !== 'gateway' || during === undefined || inFlight === undefined) return lines;
  const cap = during.cap === undefined ? '' : ` of ${during.cap}`;
  return [...lines, `${Math.round(inFlight)}${cap} busy, ${Math.round(during.queued)} wait`];
}

/** A fact before and during; one of them where the other was not measured. */
const changed = ({ before, during }: Movement, fact: (stats: Stats) => string): readonly string[] =>
  [before, during].flatMap((stats) => (stats === undefined ? [] : [fact(stats)]));

const unlessSame = (values: readonly string[]): string => [...new Set(values)].join(' → ');

function edgeLabels({ during, moved }: Movement): readonly string[] {
  if (during === undefined) return [];
  const failed = (during.errorRate ?? 0) >= 0.01 ? [`${share(during.errorRate)} fail`] : [];
  return [`${moved === 'steady' ? '' : movedSigns[moved]} ${time(during.p99)}`.trim(), ...failed];
}

const longest = 24;

function badgeOf(faults: readonly FaultStatus[], service: string): string | undefined {
  const words = faults
    .filter(({ targets }) => targets.some(({ name }) => name === service))
    .flatMap(({ spec }) => spec.effects.map(effectInWords));
  if (words.length === 0) return undefined;
  const text = words.length === 1 ? words[0]! : `${words.length} effects`;
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
