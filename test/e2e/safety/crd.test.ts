import t from 'tap';
import { needsChaos } from '../helpers/chaos.ts';
import { kubectl, kubectlJson, kubectlWith } from '../helpers/cluster.ts';
import { Stage } from './stage.ts';

t.setTimeout(180_000);

interface Definition {
  readonly metadata: { readonly labels?: object; readonly annotations?: object };
  readonly spec: object;
}

t.test('the kind itself is deleted', needsChaos, async (t) => {
  const stage = await Stage.set(t, { apps: { web: 2 } });
  const name = 'faults.pado.dev';
  const { metadata, spec } = await kubectlJson<Definition>('get', 'crd', name);
  const { labels, annotations } = metadata;
  const putBack = async () => {
    const definition = {
      ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', spec },
      metadata: { name, labels, annotations },
    };
    const { stderr, code } = await kubectlWith(definition, 'apply', '--server-side', '--force-conflicts');
    if (code !== 0) throw new Error(stderr);
    await kubectl('wait', `crd/${name}`, '--for=condition=Established', '--timeout=60s');
  };

  await stage.act(t, 'every fault ends, and new ones work when it is back', async (t) => {
    t.teardown(putBack);
    await stage.arm('orphan', { ttl: '120s' });
    await stage.inForce();
    const at = stage.now();
    await kubectl('delete', 'crd', name, '--wait=false');
    await stage.reverted(t, 'its kind is deleted', at, 5_000);
    await kubectl('wait', `crd/${name}`, '--for=delete', '--timeout=60s');
    await putBack();
    const backAt = Date.now();
    await stage.arm('orphan', { ttl: '120s' });
    await stage.inForce('web', 45_000);
    t.comment(`a new fault is in force ${((Date.now() - backAt) / 1_000).toFixed(1)} s after the kind is back`);
    const removedAt = stage.now();
    await stage.remove('orphan');
    await stage.reverted(t, 'deleted', removedAt, 3_000);
  });
});
