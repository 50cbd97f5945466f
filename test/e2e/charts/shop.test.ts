import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { chartFolder } from '../../helpers/helm-template.ts';
import { apply, helm, kubectl, kubectlJson, namespace } from '../helpers/cluster.ts';
import { agentNamespace, image, imageValues } from '../helpers/targets.ts';

const chart = chartFolder('shop');

interface Item {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly uid: string; readonly labels?: Record<string, string> };
}
interface Pod extends Item {
  readonly status: {
    readonly phase: string;
    readonly containerStatuses?: readonly { readonly restartCount: number }[];
  };
}

// One shop for all of them: they run in their order.
t.setTimeout(900_000);
const ns = await namespace(t, 'pado-shop', { 'pod-security.kubernetes.io/warn': 'restricted' });
const values = (...set: string[]) => [
  ...['-n', ns, '--set', `${imageValues},injection.agentNamespace=${agentNamespace}`],
  ...set.flatMap((one) => ['--set', one]),
];
const pods = async (...selector: string[]): Promise<readonly Pod[]> =>
  (await kubectlJson<{ items: Pod[] }>('get', 'pods', '-n', ns, ...selector)).items;
const services = () => pods('-l', 'app.kubernetes.io/component=service');
const metrics = (service: string) =>
  kubectl('get', '--raw', `/api/v1/namespaces/${ns}/services/${service}:8080/proxy/metrics`);
const rollout = async () => {
  for (const { metadata } of (await kubectlJson<{ items: Item[] }>('get', 'deploy', '-n', ns)).items)
    await kubectl('rollout', 'status', `deploy/${metadata.name}`, '-n', ns, '--timeout=5m');
};

t.test('installs, without one restart', async (t) => {
  await helm('install', 'shop', chart, ...values(), '--wait', '--timeout', '8m');
  const all = await pods();
  t.equal(all.length, 9);
  for (const { metadata, status } of all) t.match(status.containerStatuses, [{ restartCount: 0 }], metadata.name);
});

t.test('a checkout through the gateway works', async (t) => {
  const said = await helm('test', 'shop', '-n', ns, '--logs', '--filter', 'name=shop-test-checkout', '--timeout', '3m');
  t.match(said, 'a checkout works');
});

t.test('the test of injection passes with an agent, and leaves nothing', async (t) => {
  const said = await helm(
    'test',
    'shop',
    '-n',
    ns,
    '--logs',
    '--filter',
    'name=shop-test-injection',
    '--timeout',
    '3m',
  );
  t.match(said, /the fault bites: 418\nthe fault has gone: 200/);
  t.equal(
    await kubectl(
      'get',
      'pod,sa,role,rolebinding,fault',
      '-n',
      ns,
      '-l',
      'app.kubernetes.io/component=test',
      '-o',
      'name',
    ),
    '',
  );
});

t.test('an upgrade switches policies while the same pods run, and keeps the password', async (t) => {
  const password = () => kubectl('get', 'secret', 'shop-database', '-n', ns, '-o', 'jsonpath={.data.password}');
  const [before, secret] = [await services(), await password()];
  t.match(await metrics('orders'), /resilience_policy_info\{preset="naive"/);
  await helm('upgrade', 'shop', chart, ...values('policies.preset=standard'));
  // The kubelet looks at a pod that changes at once, and within a minute or so at the others.
  await kubectl(
    'annotate',
    'pods',
    '-n',
    ns,
    '-l',
    'app.kubernetes.io/component=service',
    'pado.dev/policies=standard',
  );
  const startedMs = performance.now();
  while (!/resilience_policy_info\{preset="standard"/.test(await metrics('orders'))) await sleep(500);
  t.comment(`in force after ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`);
  t.same(
    (await services()).map(({ metadata }) => metadata.uid).sort(),
    before.map(({ metadata }) => metadata.uid).sort(),
  );
  t.equal(await password(), secret);
});

t.test('a rolling restart of every service loses no request', async (t) => {
  const script = await readFile(new URL('../fixtures/shopper.mjs', import.meta.url), 'utf8');
  await apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'shopper', namespace: ns },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'shopper',
          image,
          command: ['node', '--input-type=module', '--eval', script],
          env: [{ name: 'BASE_URL', value: 'http://gateway:8080' }],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  });
  await kubectl('wait', 'pod/shopper', '-n', ns, '--for=condition=Ready', '--timeout=2m');
  const before = (await services()).map(({ metadata }) => metadata.uid);
  await kubectl('rollout', 'restart', 'deploy', '-n', ns);
  await rollout();
  // The last of the old ones is still in its grace.
  while ((await services()).some(({ metadata }) => before.includes(metadata.uid))) await sleep(500);
  await kubectl('exec', 'shopper', '-n', ns, '--', 'touch', '/tmp/stop');
  await kubectl('wait', 'pod/shopper', '-n', ns, '--for=jsonpath={.status.phase}=Succeeded', '--timeout=2m');
  const result = JSON.parse(await kubectl('logs', 'shopper', '-n', ns)) as { sent: number; failures: string[] };
  t.comment(`${result.sent} requests`);
  t.ok(result.sent > 100, `${result.sent} requests`);
  t.same(result.failures, []);
  await kubectl('delete', 'pod', 'shopper', '-n', ns);
});

t.test('the test of injection fails where no agent is', async (t) => {
  await helm('upgrade', 'shop', chart, ...values('injection.agentNamespace=nobody'), '--wait', '--timeout', '8m');
  await rollout();
  const error = await helm('test', 'shop', '-n', ns, '--filter', 'name=shop-test-injection', '--timeout', '3m').then(
    () => undefined,
    (failure: unknown) => failure,
  );
  t.ok(error, 'helm test fails');
  t.match(await kubectl('logs', 'shop-test-injection', '-n', ns), /Is an agent ready on the gateway's node\?/);
  await kubectl('delete', 'pod', 'shop-test-injection', '-n', ns);
});

t.test('uninstalling leaves nothing', async (t) => {
  await helm('uninstall', 'shop', '-n', ns, '--wait', '--timeout', '5m');
  const kinds =
    'pod,deploy,statefulset,job,service,configmap,secret,pvc,serviceaccount,role,rolebinding,networkpolicy,pdb,hpa';
  const left = () => kubectl('get', kinds, '-n', ns, '-l', 'app.kubernetes.io/instance=shop', '-o', 'name');
  while (/^pod/m.test(await left())) await sleep(500);
  t.equal(await left(), '');
});
