import type { FaultStatus } from '@pado/fault';
import type { PadoJournal } from '../../contracts.ts';
import { rankOf, waveOf } from '../facts/arrivals.ts';
import { effectInWords } from '../facts/effect.ts';
import { number, rate, share, time } from '../facts/format.ts';
import { nameOf, topology, users } from '../facts/topology.ts';
import type { Html } from '../html.ts';
import type { Texts } from '../text/en.ts';
import { drawing, type Edge, type Node } from './draw.ts';
import { places, size } from './layout.ts';
import { edgeMovement, type Movement, movedSigns, type Stats, serviceMovement } from './moved.ts';

type Words = Texts['map'];
interface Options {
  readonly id: string;
  readonly label: string;
  readonly words: Words;
}

/** The shop in one run: every service and call with how far it moved from the baseline to the experiment. */
export function serviceMap({ graph, faults, arrivals = [] }: PadoJournal, { id, label, words }: Options): Html {
  const ranked = (place: { readonly from?: string; readonly to: string }) => {
    const [rank, wave] = [rankOf(arrivals, place), waveOf(arrivals, place)];
    return rank === undefined || wave === undefined ? {} : { rank, wave };
  };
  const nodes = Object.entries(places).map(([service, box]): Node => {
    const movement = service === users ? edgeMovement(graph, topology[0]!) : serviceMovement(graph, service);
    const badge = badgeOf(faults, service, words);
    return {
      box,
      name: nameOf(service, words.users),
      lines:
        service === users
          ? [changed(movement, ({ rate: perSecond }) => rate(perSecond)).join(' → ')]
          : linesOf(service, movement, graph, words),
      moved: service === users ? 'unknown' : movement.moved,
      ...(badge === undefined ? {} : { badge }),
      ...ranked({ to: service }),
    };
  });
  const edges = topology.flatMap((edge): readonly Edge[] => {
    const [from, to] = [places[edge.from], places[edge.to]];
    if (from === undefined || to === undefined) return [];
    const movement = edgeMovement(graph, edge);
    const events = edge.by === 'events';
    const labels = events ? [words.events] : edgeLabels(movement, words);
    return [{ from, to, labels, moved: movement.moved, dashed: events, ...ranked(edge) }];
  });
  return drawing({ id, label, ...size, nodes, edges });
}

function linesOf(
  service: string,
  movement: Movement,
  { during }: PadoJournal['graph'],
  words: Words,
): readonly string[] {
  if (movement.before === undefined && movement.during === undefined) return [];
  const lines = [
    `${movedSigns[movement.moved]} ${changed(movement, ({ p99 }) => time(p99)).join(' → ')}`.trim(),
    words.errorsOf(unlessSame(changed(movement, ({ errorRate }) => share(errorRate)))),
  ];
  const inFlight = during?.inFlight[service];
  if (service !== 'gateway' || during === undefined || inFlight === undefined) return lines;
  const [busy, cap, queued] = [inFlight, during.cap, during.queued].map((value) =>
    value === undefined ? '' : number(Math.round(value)),
  ) as [string, string, string];
  return [...lines, words.busy(busy, cap, queued)];
}

/** A fact before and during; one of them where the other was not measured. */
const changed = ({ before, during }: Movement, fact: (stats: Stats) => string): readonly string[] =>
  [before, during].flatMap((stats) => (stats === undefined ? [] : [fact(stats)]));

const unlessSame = (values: readonly string[]): string => [...new Set(values)].join(' → ');

function edgeLabels({ during, moved }: Movement, words: Words): readonly string[] {
  if (during === undefined) return [];
  const failed = (during.errorRate ?? 0) >= 0.01 ? [words.failing(share(during.errorRate))] : [];
  return [`${moved === 'steady' ? '' : movedSigns[moved]} ${time(during.p99)}`.trim(), ...failed];
}

const longest = 24;

function badgeOf(faults: readonly FaultStatus[], service: string, words: Words): string | undefined {
  const effects = faults
    .filter(({ targets }) => targets.some(({ name }) => name === service))
    .flatMap(({ spec }) => spec.effects.map(effectInWords));
  if (effects.length === 0) return undefined;
  const text = effects.length === 1 ? effects[0]! : words.effects(effects.length);
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
