import t from 'tap';
import { manifests, noHelm } from '../helpers/helm-template.ts';

const skip = await noHelm();
const values = (name: string) => new URL(`../../experiments/infra/values-${name}.yaml`, import.meta.url).pathname;

/** What the values say of pods that leave, of all services. */
async function servicesUnder(...files: string[]) {
  const all = await manifests('shop', ...files.flatMap((file) => ['-f', file]));
  const services = all.filter(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.labels?.['app.kubernetes.io/component'] === 'service',
  );
  return { services, budgets: all.filter(({ kind }) => kind === 'PodDisruptionBudget').length };
}

t.test('the weakness: one of each, nothing that lets it leave in peace', { skip }, async (t) => {
  const { services, budgets } = await servicesUnder(values('weak'));
  t.equal(services.length, 8);
  for (const { metadata, spec } of services) {
    t.equal(spec.replicas, 1, metadata.name);
    t.notOk('lifecycle' in spec.template.spec.containers[0], 'a pod stops at once');
    t.notOk('topologySpreadConstraints' in spec.template.spec);
  }
  t.equal(budgets, 0);
});

t.test(
  'the fix: two of each, spread, with a budget, a goodbye and little patience with dead nodes',
  { skip },
  async (t) => {
    // As the lab has them: on top of what puts the shop on its own nodes.
    const placed = new URL('../../charts/karpenter-nodes/values-shop.yaml', import.meta.url).pathname;
    const { services, budgets } = await servicesUnder(placed, values('fixed'));
    t.equal(services.length, 8);
    for (const { metadata, spec } of services) {
      const { containers, nodeSelector, tolerations, topologySpreadConstraints } = spec.template.spec;
      t.equal(spec.replicas, 2, metadata.name);
      t.ok('lifecycle' in containers[0]);
      t.equal(topologySpreadConstraints.length, 2, 'over zones and nodes');
      t.same(nodeSelector, { 'pado.dev/role': 'shop' });
      const seconds = tolerations.flatMap((one: { tolerationSeconds?: number }) => one.tolerationSeconds ?? []);
      t.same(seconds, [10, 10]);
      t.ok(
        tolerations.some(({ key }: { key: string }) => key === 'pado.dev/role'),
        'the taint of the nodes is borne',
      );
    }
    t.equal(budgets, 8);
  },
);
