/** The map's own rules, of a map without arrivals; the colours are those of the page that it stands in. */
export const plainMapStyle = `
.map text { font: 14px system-ui, -apple-system, Segoe UI, sans-serif; fill: var(--ink); font-variant-numeric: tabular-nums; }
.map .name { font-size: 16px; font-weight: 650; }
.map .node rect { fill: var(--surface); stroke: var(--edge); stroke-width: 1.5; }
.map .node.steady rect { stroke: var(--ok); }
.map .node.worse rect { stroke: var(--warn); stroke-width: 3; fill: var(--warn-surface); }
.map .node.broken rect { stroke: var(--bad); stroke-width: 3.5; fill: var(--bad-surface); }
.map .node .badge rect { fill: var(--bad); stroke: none; }
.map .node .badge text { fill: var(--surface); font-weight: 650; }
.map .edge { fill: none; stroke: var(--edge); stroke-width: 2; }
.map .edge.steady { stroke: var(--ok); }
.map .edge.worse { stroke: var(--warn); stroke-width: 3.5; }
.map .edge.broken { stroke: var(--bad); stroke-width: 4.5; }
.map .dashed { stroke-dasharray: 6 5; }
.map .head { fill: var(--edge); }
.map .head.steady { fill: var(--ok); }
.map .head.worse { fill: var(--warn); }
.map .head.broken { fill: var(--bad); }
.map .plate { fill: var(--surface); }
.map .edge-label.worse, .map .edge-label.broken { font-weight: 650; }
`;

/** From the page's alarm to nearly its ground: dark and warm came first, whether the page is light or dark. */
const waveColors = [
  'var(--bad)',
  ...[72, 50, 34, 20].map((share) => `color-mix(in srgb, var(--warn) ${share}%, var(--surface))`),
];

export const mapStyle = `${plainMapStyle}${waveColors
  .map(
    (color, step) => `.map .halo.wave-${step} { stroke: ${color}; }
.wave-key .wave-${step} { background: ${color}; }
`,
  )
  .join('')}.map .halo { fill: none; stroke-width: 13; stroke-opacity: 0.75; }
.map .node rect.halo, .map .node.steady rect.halo, .map .node.worse rect.halo, .map .node.broken rect.halo { fill: none; stroke-width: 7; }
.map .since { font-weight: 650; paint-order: stroke; stroke: var(--surface); stroke-width: 5px; stroke-linejoin: round; }
.wave-key { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; margin: 10px 0 0; color: var(--muted); font-size: 15px; }
.wave-key i { display: inline-block; width: 34px; height: 14px; border: 1px solid var(--edge); print-color-adjust: exact; }
.wave-key i + i { margin-left: -9px; }
.wave-key .end { margin-right: 14px; }
`;

export const palette = {
  light: `--surface: #fff; --ground: #f5f6f9; --ink: #141a24; --muted: #525d6e; --line: #dde2ea; --edge: #97a1b1;
  --ok: #0a7650; --warn: #9a5600; --bad: #bb2419; --warn-surface: #fff5e2; --bad-surface: #ffeeec; --ok-surface: #e8f6ef;
  --arm-0: #c04a00; --arm-1: #0a5fc2; --arm-2: #7a3fc0; --shade: rgb(187 36 25 / 9%);`,
  dark: `--surface: #171d27; --ground: #0e131b; --ink: #eef1f6; --muted: #a7b1c2; --line: #2d3645; --edge: #66738a;
  --ok: #4dc68d; --warn: #f2b541; --bad: #ff8277; --warn-surface: #33280f; --bad-surface: #3c1c1a; --ok-surface: #12301f;
  --arm-0: #ff9f52; --arm-1: #70b5ff; --arm-2: #c69bff; --shade: rgb(255 130 119 / 13%);`,
} as const;
