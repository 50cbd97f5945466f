/** The page's own rules, beside those of the run's report. */
export const benchStyle = `
.paired { display: block; width: 100%; max-width: 720px; height: auto; margin: 0 auto; }
.paired text { font: 14px system-ui, -apple-system, Segoe UI, sans-serif; fill: var(--muted); font-variant-numeric: tabular-nums; }
.paired .name { font-size: 16px; font-weight: 650; fill: var(--ink); }
.paired text.median { font-weight: 650; fill: var(--ink); }
.paired .grid { stroke: var(--line); }
.paired .pair { stroke: var(--edge); stroke-width: 2; }
.paired .pair.worse { stroke: var(--bad); stroke-dasharray: 6 4; }
.paired .dot { stroke: var(--surface); stroke-width: 1.5; }
.paired .dot.a { fill: var(--arm-0); }
.paired .dot.b { fill: var(--arm-1); }
.paired .dot.censored { fill: var(--surface); stroke-width: 2.5; }
.paired .dot.a.censored { stroke: var(--arm-0); }
.paired .dot.b.censored { stroke: var(--arm-1); }
.paired line.median { stroke-width: 4; }
.paired line.median.a { stroke: var(--arm-0); }
.paired line.median.b { stroke: var(--arm-1); }
.headline code { font-size: inherit; }
.metrics .primary th, .headline code { font-size: inherit; }
.metrics .primary td { border-bottom: 2px solid var(--edge); font-weight: 650; }
.metrics td, .metrics td small { white-space: nowrap; }
.metrics th small { font-weight: 400; white-space: normal; max-width: 44ch; }
.runs td { white-space: nowrap; }
.runs td.why { min-width: 24ch; white-space: normal; }
.runs tr.void td, .runs tr.void th { color: var(--muted); }
.key { margin: 0 0 6px; color: var(--muted); }
.key b { color: var(--arm); }
.wide { margin: 0; }
.goodput { min-height: 320px; }
`;
