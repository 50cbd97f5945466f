import t from 'tap';
import { chaos, needsChaos } from '../helpers/chaos.ts';
import { kubectl } from '../helpers/cluster.ts';
import { readFault, until } from '../helpers/targets.ts';
import { Stage } from './stage.ts';

// Targets that leave, die and come while a fault is in force.
t.setTimeout(180_000);
const promptly = 3_000;

t.test('goes on', async (t) => {
  const stage = await Stage.set(t, { apps: { web: 2 } });
  const joined = (n: number) =>
    until(
      `${n} pods are injected`,
      () => readFault(stage.namespace, 'on'),
      ({ status }) => status?.injected === n,
    );

  await stage.act(t, 'with the pod that comes for one that was deleted', async (t) => {
    await stage.arm('on');
    const [first] = await stage.inForce();
    await kubectl('delete', 'pod', first!.name, '-n', stage.namespace, '--wait');
    await kubectl('rollout', 'status', 'deployment/web', '-n', stage.namespace, '--timeout=60s');
    await stage.watch();
    const pods = await stage.inForce();
    t.notOk(pods.some(({ uid }) => uid === first!.uid));
    t.ok(await joined(2));
    const at = stage.now();
    await stage.remove('on');
    await stage.reverted(t, 'after a pod was replaced', at, promptly);
  });

  await t.test('needs chaos', needsChaos, async (t) => {
    await stage.act(t, 'with the process that comes for one that was killed', async (t) => {
      await stage.arm('on');
      const [first] = await stage.inForce();
      await chaos('kill', stage.namespace, first!.name, 'app');
      await until(
        'its container has restarted',
        () => stage.pods(),
        (pods) => pods.some(({ uid, restarts }) => uid === first!.uid && restarts === first!.restarts + 1),
      );
      await stage.inForce();
      const at = stage.now();
      await stage.remove('on');
      await stage.reverted(t, 'after a process was killed', at, promptly);
    });
  });

  await stage.act(t, 'from 2 pods to 6 to 1', async (t) => {
    await stage.arm('on');
    await stage.inForce();
    for (const n of [6, 1]) {
      await kubectl('scale', 'deployment/web', '-n', stage.namespace, `--replicas=${n}`);
      await kubectl('rollout', 'status', 'deployment/web', '-n', stage.namespace, '--timeout=60s');
      await until(
        `there are ${n}`,
        () => stage.pods(),
        (pods) => pods.length === n,
      );
      await stage.watch();
      t.equal((await stage.inForce()).length, n, `${n} are hit`);
      await until(
        `${n} are selected`,
        () => readFault(stage.namespace, 'on'),
        ({ status }) => status?.injected === n,
      );
    }
    const at = stage.now();
    await stage.remove('on');
    await stage.reverted(t, 'after scaling', at, promptly);
  });
});
