import { activityLines } from './activities.ts';
import { faultLines } from './fault.ts';
import { gatewayLine, graphLines, graphWidth } from './graph.ts';
import { phaseLine, stepsLine, titleLine } from './header.ts';
import { fit, type Line, lineWidth, span } from './line.ts';
import { probeLines } from './probes.ts';
import type { LiveState } from './state.ts';
import { stopText } from './stop.ts';

export interface View {
  /** Columns; made for 80 and more. */
  readonly width: number;
  /** Rows that may be used; what matters least is left out. */
  readonly height: number;
  readonly nowMs: number;
  /** Whether there is a shop, whose graph is drawn. Default true. */
  readonly graph?: boolean;
}

/** From here on faults and probes stand beside the graph. */
const twoColumns = graphWidth + 48;

/** The whole region: at most `height` lines of at most `width` columns. */
export function render(state: LiveState, { width, height, nowMs, graph: isDrawn = true }: View): readonly Line[] {
  const head = [
    titleLine(state),
    stepsLine(state, width),
    phaseLine(state, width, nowMs),
    ...activityLines(state),
    ...stopLines(state),
  ];
  const graph = isDrawn ? [...graphLines(state), gatewayLine(state)] : [];
  const results = [...state.probes, ...state.looks];
  const looks = new Set(state.looks);
  const faults = state.faults.flatMap(faultLines);
  const note = noteLines(state);
  const beside = isDrawn && width >= twoColumns;
  const fixed = head.length + note.length + (beside ? 0 : graph.length + faults.length);
  const roomy = height >= fixed + results.length + 3;
  const gap: readonly Line[] = roomy ? [[]] : [];
  const room = Math.max(0, height - fixed - 3 * gap.length);
  const probes = beside
    ? probeLines(results, width - graphWidth, Math.max(0, room - faults.length - gap.length), looks)
    : probeLines(results, width, room, looks);
  const body = beside
    ? sideBySide(graph, [...faults, ...gap, ...probes])
    : [...graph, ...(isDrawn ? gap : []), ...faults, ...probes];
  const lines = [...head, ...gap, ...body, ...(note.length > 0 ? [...gap, ...note] : [])];
  return lines.slice(0, height).map((line) => fit(line, width));
}

function sideBySide(left: readonly Line[], right: readonly Line[]): readonly Line[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => {
    const line = fit(left[index] ?? [], graphWidth);
    const other = right[index] ?? [];
    return other.length === 0 ? line : [...line, span(' '.repeat(graphWidth - lineWidth(line))), ...other];
  });
}

const stopLines = ({ stop }: LiveState): readonly Line[] =>
  stop === undefined ? [] : [[span(`■ ${stopText(stop)}`, 'failing')]];

const noteLines = ({ note }: LiveState): readonly Line[] =>
  note === undefined
    ? []
    : [[span(note.text, note.level === 'info' ? 'dim' : note.level === 'warning' ? 'slow' : 'failing')]];
