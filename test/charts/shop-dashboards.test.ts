import { readdir, readFile } from 'node:fs/promises';
import { Registry } from 'prom-client';
import t from 'tap';
import { createMetrics as agentMetrics } from '../../agent/daemon/src/metrics.ts';
import { createMetrics } from '../../services/kit/src/metrics.ts';
import { addOrderMetrics } from '../../services/orders/src/metrics.ts';

const folder = new URL('../../charts/shop/files/dashboards/', import.meta.url);

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

/** Metrics by name with the labels that their code declares. */
function exported(): ReadonlyMap<string, readonly string[]> {
  const orders = new Registry();
  addOrderMetrics(orders, {} as Parameters<typeof addOrderMetrics>[1]);
  type AgentParts = Parameters<typeof agentMetrics>;
  const registries = [
    createMetrics('any').registry,
    orders,
    agentMetrics({} as AgentParts[0], {} as AgentParts[1], { namespaced: true }).registry,
  ];
  const names = new Map<string, readonly string[]>();
  for (const metric of registries.flatMap((registry) => registry.getMetricsAsArray())) {
    const { name, labelNames = [] } = metric as unknown as { name: string; labelNames?: string[] };
    names.set(name, labelNames);
    for (const suffix of ['_bucket', '_count', '_sum']) names.set(`${name}${suffix}`, [...labelNames, 'le']);
  }
  return names;
}

t.test('dashboards ask only for metrics that are exported, by labels that these have', async (t) => {
  const metrics = exported();
  // What a scrape adds.
  const always = ['service', 'namespace', 'pod', 'instance', 'job'];
  for (const name of await readdir(folder)) {
    const { panels } = JSON.parse(await readFile(new URL(name, folder), 'utf8')) as Dashboard;
    for (const { title, targets = [] } of panels) {
      for (const { expr } of targets) {
        const used = [...expr.matchAll(/\b([a-z]\w*_\w+)(?:\{([^}]*)\})?/g)].filter(
          ([, word]) => word !== 'histogram_quantile',
        );
        t.not(used.length, 0, `${title}: ${expr}`);
        for (const [, metric = '', matchers = ''] of used) {
          const labels = metrics.get(metric);
          t.ok(labels, `${title}: ${metric} is exported`);
          const asked = [...matchers.matchAll(/(\w+)(?:=~|!~|!=|=)/g)].map((match) => match[1]);
          const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap((match) => match[1]?.split(/, */) ?? []);
          const known = [...always, ...(labels ?? [])];
          for (const label of [...asked, ...grouped])
            t.ok(known.includes(label ?? ''), `${title}: ${metric} has ${label}`);
        }
      }
    }
  }
});

t.test('panels have ids of their own and do not overlap', async (t) => {
  for (const name of await readdir(folder)) {
    const { panels, uid } = JSON.parse(await readFile(new URL(name, folder), 'utf8')) as Dashboard;
    t.match(uid, /^[\w-]{1,40}$/, name);
    t.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    t.equal(new Set(cells).size, cells.length);
  }
});
