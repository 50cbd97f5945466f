import type { WaveMark } from '../facts/arrivals.ts';
import { type Html, html } from '../html.ts';
import { type Box, path } from './layout.ts';
import type { Moved } from './moved.ts';

export interface Node {
  readonly box: Box;
  readonly name: string;
  /** Lines under the name. */
  readonly lines: readonly string[];
  readonly moved: Moved;
  /** A mark above the box: the fault. */
  readonly badge?: string;
  /** In which order the wave arrived, from 1. */
  readonly rank?: number;
  /** And when. */
  readonly wave?: WaveMark;
}

export interface Edge {
  readonly from: Box;
  readonly to: Box;
  /** Lines beside the arrow. */
  readonly labels: readonly string[];
  readonly moved: Moved;
  readonly dashed?: boolean;
  readonly rank?: number;
  readonly wave?: WaveMark;
}

export interface Drawing {
  /** Unique in the page: arrow heads are referred to by it. */
  readonly id: string;
  readonly label: string;
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}

const every: readonly Moved[] = ['unknown', 'steady', 'worse', 'broken'];

/** What is drawn, without the outer element, so that a picture can put more around it. */
export const parts = ({ id, nodes, edges }: Pick<Drawing, 'id' | 'nodes' | 'edges'>): Html => html`<defs>${every.map(
  (moved) =>
    html`<marker id="${id}-${moved}" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path class="head ${moved}" d="M0 0 L8 4 L0 8 z"/></marker>`,
)}</defs>
${edges.map(drawHalo)}${edges.map((edge) => drawEdge(id, edge))}${edges.map(drawLabels)}${nodes.map(drawNode)}${edges.map(({ from, to, rank }) => drawRank(rank, path(from, to).rank))}${nodes.map(({ box: { x, y, height }, rank }) => drawRank(rank, [x + 14, y + height]))}${edges.map(({ from, to, wave }) => drawSince(wave, path(from, to).since))}${nodes.map(({ box: { x, y, height }, wave }) => drawSince(wave, [x + 31, y + height + 5, 'start']))}`;

export const drawing = (map: Drawing): Html =>
  html`<svg class="map" viewBox="0 0 ${map.width} ${map.height}" role="img" aria-label="${map.label}">${parts(map)}</svg>`;

const lineHeight = 18;
/** Of a digit at the labels' size; a little too wide is better than too narrow. */
const digitWidth = 8.4;

const drawEdge = (id: string, { from, to, moved, dashed }: Edge): Html =>
  html`<path class="edge ${moved}${dashed === true && ' dashed'}" d="${path(from, to).d}" marker-end="url(#${id}-${moved})"/>
`;

function drawLabels({ from, to, labels, moved, rank }: Edge): Html {
  const { kind, x, y } = path(from, to);
  const top = y - (labels.length * lineHeight) / 2 + 14;
  const heightOf = (index: number): number => (kind === 'level' ? y - 8 + index * 26 : top + index * lineHeight);
  const [left, anchor] =
    kind === 'upright' ? [x + (rank === undefined ? 10 : 18), 'start'] : [x, kind === 'level' ? 'end' : 'middle'];
  return html`${kind === 'slanted' && plate(x, y, labels)}${labels.map(
    (label, index) =>
      html`<text class="edge-label ${moved}" x="${left}" y="${heightOf(index)}" text-anchor="${anchor}">${label}</text>
`,
  )}`;
}

/** Behind an arrow: the shade tells when. */
const drawHalo = ({ from, to, wave }: Edge): Html | undefined =>
  wave === undefined
    ? undefined
    : html`<path class="halo wave-${wave.step}" d="${path(from, to).d}"/>
`;

const drawSince = (
  wave: WaveMark | undefined,
  [x, y, anchor]: readonly [number, number, 'start' | 'end'],
): Html | undefined =>
  wave === undefined
    ? undefined
    : html`<text class="since" x="${x}" y="${y}" text-anchor="${anchor}">${wave.text}</text>
`;

/** A number in a circle; the first to arrive is where the wave began. */
const drawRank = (rank: number | undefined, [x, y]: readonly [number, number]): Html | undefined =>
  rank === undefined
    ? undefined
    : html`<g class="rank${rank === 1 && ' first'}"><circle cx="${x}" cy="${y}" r="12"/><text x="${x}" y="${y + 5}" text-anchor="middle">${rank}</text></g>
`;

/** Hides the arrow behind its labels. */
function plate(x: number, y: number, labels: readonly string[]): Html | undefined {
  if (labels.length === 0) return undefined;
  const width = Math.max(...labels.map(({ length }) => length)) * digitWidth + 6;
  const height = labels.length * lineHeight;
  return html`<rect class="plate" x="${x - width / 2}" y="${y - height / 2}" width="${width}" height="${height}" rx="4"/>`;
}

function drawNode({ box: { x, y, width, height }, name, lines, moved, badge, wave }: Node): Html {
  const middle = x + width / 2;
  const first = y + (height - lines.length * 20) / 2 + 5;
  return html`<g class="node ${moved}">${wave !== undefined && html`<rect class="halo wave-${wave.step}" x="${x - 5}" y="${y - 5}" width="${width + 10}" height="${height + 10}" rx="14"/>`}<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="10"/>
<text class="name" x="${middle}" y="${first}" text-anchor="middle">${name}</text>
${lines.map((line, index) => html`<text x="${middle}" y="${first + 20 * (index + 1)}" text-anchor="middle">${line}</text>`)}
${badge !== undefined && html`<g class="badge"><rect x="${x}" y="${y - 29}" width="${width}" height="24" rx="5"/><text x="${middle}" y="${y - 12}" text-anchor="middle">${badge}</text></g>`}</g>`;
}
