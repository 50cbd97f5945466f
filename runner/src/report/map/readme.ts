import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { topology, users } from '../facts/topology.ts';
import { html } from '../html.ts';
import { type Edge, type Node, parts } from './draw.ts';
import { type Box, places } from './layout.ts';
import type { Moved } from './moved.ts';
import { palette, plainMapStyle } from './style.ts';

/** The picture that README shows. `node runner/src/report/map/readme.ts` writes it. */
export const readmeMapFile = fileURLToPath(new URL('../../../../docs/images/map.svg', import.meta.url));

/** The shop stands right of the load and above the observers. */
const left = 232;
const top = 34;
const shop: Readonly<Record<string, Box>> = Object.fromEntries(
  Object.entries(places)
    .filter(([name]) => name !== users)
    .map(([name, box]) => [name, { ...box, x: box.x + left, y: box.y + top }]),
);
const frame: Box = { x: 222, y: 10, width: 836, height: 598 };
const [gateway, orders, payments, shipping] = [shop.gateway!, shop.orders!, shop.payments!, shop.shipping!];

const below = frame.y + frame.height + 52;
const k6: Box = { x: 16, y: gateway.y + 12, width: 150, height: 74 };
const prometheus: Box = { x: 16, y: below, width: 410, height: 74 };
const pado: Box = { x: orders.x, y: below, width: orders.width, height: 74 };
const agent: Box = { x: payments.x, y: below, width: payments.width, height: 74 };
const size = { width: 1074, height: below + 90 };

const roles: Readonly<Record<string, string>> = {
  gateway: 'the public API',
  recommendations: 'beside each product',
  catalog: 'products, search',
  cart: 'what will be bought',
  orders: 'checkout',
  inventory: 'stock',
  payments: 'charges',
  shipping: 'by events, later',
};

/** The wave of the first experiment, from its fault up to the users. */
const wave: Readonly<Record<string, Moved>> = { payments: 'broken', orders: 'broken', gateway: 'worse' };

const nodes: readonly Node[] = [
  ...Object.entries(shop).map(
    ([name, box]): Node => ({
      box,
      name,
      lines: [roles[name] ?? ''],
      moved: wave[name] ?? 'steady',
      ...(name === 'payments' ? { badge: 'fault: 2 s late' } : {}),
    }),
  ),
  { box: k6, name: 'k6', lines: ['the users’ load'], moved: 'unknown' },
  { box: prometheus, name: 'Prometheus', lines: ['rate, errors, latency, saturation'], moved: 'unknown' },
  { box: pado, name: 'pado run', lines: ['hypothesis, verdict'], moved: 'unknown' },
  { box: agent, name: 'pado agent', lines: ['injects, counts, reverts'], moved: 'unknown' },
];

const edges: readonly Edge[] = [
  ...topology
    .filter(({ from }) => from !== users)
    .map(
      ({ from, to, by }): Edge => ({
        from: shop[from]!,
        to: shop[to]!,
        labels: by === 'events' ? ['events'] : [],
        moved: by === 'events' ? 'unknown' : wave[from] !== undefined && wave[to] === 'broken' ? 'broken' : 'steady',
        dashed: by === 'events',
      }),
    ),
  { from: k6, to: gateway, labels: [], moved: 'worse' },
  {
    from: { ...k6, x: prometheus.x, width: 150 },
    to: { ...prometheus, width: 150 },
    labels: ['what users see'],
    moved: 'unknown',
  },
  {
    from: { ...frame, x: gateway.x, width: gateway.width },
    to: { ...prometheus, x: gateway.x, width: gateway.width },
    labels: ['metrics'],
    moved: 'unknown',
  },
  { from: prometheus, to: pado, labels: ['asks'], moved: 'unknown' },
  { from: pado, to: agent, labels: ['fault'], moved: 'unknown' },
];

/** Up the right side, past shipping. */
const delivery = (): string => {
  const right = agent.x + agent.width;
  const [from, to] = [agent.y + 37, payments.y + 37];
  const out = right + 30;
  return `M${right} ${from} C${out} ${from} ${out} ${from - 40} ${out} ${shipping.y + 60} C${out} ${to} ${out} ${to} ${right + 5} ${to}`;
};

/** The shop with the load, the agent and Prometheus around it: one picture for light and dark. */
export const readmeMap = (): string =>
  `${html`<svg xmlns="http://www.w3.org/2000/svg" class="map" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-labelledby="title description">
<title id="title">The parts of Pado</title>
<desc id="description">k6 sends the users’ load to the gateway, which calls catalog, cart, orders and recommendations; orders calls cart, inventory and payments, and tells shipping by events. The agent makes payments late from inside; the wave travels over orders to the gateway. Prometheus measures, and pado judges.</desc>
<style>:root { ${palette.light} } @media (prefers-color-scheme: dark) { :root { ${palette.dark} } }${plainMapStyle}.ground { fill: var(--ground); } .map .plate { fill: var(--ground); } .frame { fill: none; stroke: var(--line); stroke-width: 2; } .map .muted { fill: var(--muted); }</style>
<rect class="ground" width="${size.width}" height="${size.height}" rx="14"/>
<rect class="frame" x="${frame.x}" y="${frame.y}" width="${frame.width}" height="${frame.height}" rx="14"/>
<text class="muted" x="${frame.x + 20}" y="${frame.y + 32}">the shop: eight services, one PostgreSQL</text>
${parts({ id: 'pado', nodes, edges })}
<path class="edge broken dashed" d="${delivery()}" marker-end="url(#pado-broken)"/>
</svg>`.text
    .split('\n')
    .filter((line) => line !== '')
    .join('\n')}\n`;

if (import.meta.main) {
  await mkdir(dirname(readmeMapFile), { recursive: true });
  await writeFile(readmeMapFile, readmeMap());
}
