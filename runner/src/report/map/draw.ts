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
}

export interface Edge {
  readonly from: Box;
  readonly to: Box;
  readonly label: string;
  readonly moved: Moved;
  readonly dashed?: boolean;
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
${edges.map((edge) => drawEdge(id, edge))}
${nodes.map(drawNode)}`;

export const drawing = (map: Drawing): Html =>
  html`<svg class="map" viewBox="0 0 ${map.width} ${map.height}" role="img" aria-label="${map.label}">${parts(map)}</svg>`;

function drawEdge(id: string, { from, to, label, moved, dashed }: Edge): Html {
  const { d, x, y } = path(from, to);
  const anchor = Math.abs(from.x - to.x) < 1 ? 'start' : 'middle';
  return html`<path class="edge ${moved}${dashed === true && ' dashed'}" d="${d}" marker-end="url(#${id}-${moved})"/>
${label !== '' && html`<text class="edge-label ${moved}" x="${x}" y="${y + 5}" text-anchor="${anchor}">${label}</text>`}`;
}

function drawNode({ box: { x, y, width, height }, name, lines, moved, badge }: Node): Html {
  const middle = x + width / 2;
  const first = y + (height - lines.length * 20) / 2 + 5;
  return html`<g class="node ${moved}"><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="10"/>
<text class="name" x="${middle}" y="${first}" text-anchor="middle">${name}</text>
${lines.map((line, index) => html`<text x="${middle}" y="${first + 20 * (index + 1)}" text-anchor="middle">${line}</text>`)}
${badge !== undefined && html`<g class="badge"><rect x="${x}" y="${y - 29}" width="${width}" height="24" rx="5"/><text x="${middle}" y="${y - 12}" text-anchor="middle">${badge}</text></g>`}</g>`;
}
