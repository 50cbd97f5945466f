import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import t, { type Test } from 'tap';
import { type Answer, apply, kubectl, kubectlWith, namespace } from './helpers/cluster.ts';
import { installResources } from './helpers/resources.ts';
import { faultOf } from './helpers/verdicts.ts';

t.before(installResources);

const spec = {
  target: { selector: { matchLabels: { 'app.kubernetes.io/name': 'payments' } }, container: 'app' },
  ttl: '60s',
  effects: [{ kind: 'latency', direction: 'inbound', delay: '2s' }],
};

/** What the API server says of a fault that takes the place of the one that is there. */
async function replace(fault: object, ...flags: string[]): Promise<Answer> {
  const answer = await kubectlWith(fault, 'replace', ...flags);
  // An agent that runs in the cluster has written the status in between: that says nothing of the change.
  return answer.stderr.includes('the object has been modified') ? replace(fault, ...flags) : answer;
}

/** Lines of `kubectl get --watch`, as they come: one of each version of an object, whoever writes the next. */
function watching(t: Test, ...args: string[]): AsyncIterator<string> {
  const child = spawn('kubectl', ['get', '--watch', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill());
  return createInterface({ input: child.stdout })[Symbol.asyncIterator]();
}

t.test('of a spec only `stopped` changes, and only to true', async (t) => {
  const inNamespace = ['-n', await namespace(t)];
  const put = (changed: object) => replace(faultOf('x', { ...spec, ...changed }), ...inNamespace);
  await kubectlWith(faultOf('x', spec), 'create', ...inNamespace);
  for (const [field, value] of Object.entries({
    ttl: '30s',
    target: { selector: { matchLabels: { 'app.kubernetes.io/name': 'orders' } } },
    effects: [{ kind: 'latency', direction: 'inbound', delay: '3s' }],
    startAfter: '1s',
    pulse: { active: '1s', dormant: '1s' },
    seed: 2,
    leaseName: 'run-42',
  })) {
    const { code, stderr } = await put({ [field]: value });
    t.not(code, 0, field);
    t.ok(
      stderr.includes(`spec.${field}: Forbidden: \`${field}\` of a fault cannot change, only \`stopped\` can`),
      stderr,
    );
  }
  t.equal((await put({ stopped: false })).code, 0, 'said as it is');
  t.equal((await put({ stopped: true })).code, 0, 'stopped');
  for (const changed of [{ stopped: false }, {}]) {
    const { code, stderr } = await put(changed);
    t.not(code, 0);
    t.match(stderr, /spec\.stopped: Forbidden: `stopped` was true: a fault that has been stopped stays so/);
  }
  t.equal((await put({ stopped: true })).code, 0, 'stopped twice');
});

t.test('an optional field cannot be taken away', async (t) => {
  const inNamespace = ['-n', await namespace(t)];
  await kubectlWith(faultOf('x', { ...spec, seed: 7 }), 'create', ...inNamespace);
  const { stderr } = await replace(faultOf('x', spec), ...inNamespace);
  t.match(stderr, /spec\.seed: Forbidden: `seed` of a fault cannot change/);
});

const dose = {
  unit: 'ms',
  samples: 3,
  requestedSum: 6000,
  deliveredSum: 6001.8,
  deliveredMin: 2000.2,
  deliveredMax: 2001,
};
const evidence = [
  {
    index: 0,
    kind: 'latency',
    matched: 4,
    applied: 3,
    cut: 0,
    dose: {
      ...dose,
      errorBuckets: [
        [1, 2],
        [5, 3],
      ],
    },
  },
];

t.test('kubectl get reads like a sentence', async (t) => {
  const inNamespace = ['-n', await namespace(t)];
  await kubectlWith(faultOf('slow', spec), 'create', ...inNamespace);
  const status = {
    ...{ phase: 'Injected', message: 'In force in 1 of 2 pods.', effect: 'latency 2s' },
    ...{ target: 'app.kubernetes.io/name=payments', selected: 2, reached: 1, injected: 1, recovered: 0, pods: '1/2' },
    ...{ matched: 4, applied: 3, requested: '2s', delivered: '2.0006s', observedGeneration: 1, evidence },
    conditions: [
      {
        ...{ type: 'Selected', status: 'True', reason: 'Found', message: '2 pods.', observedGeneration: 1 },
        lastTransitionTime: '2026-01-02T03:04:05Z',
      },
    ],
  };
  // An agent that runs in the cluster writes a status of its own, before and after: what counts is this version alone.
  const rows = watching(t, 'flt', '-o', 'wide', ...inNamespace);
  const { value: head } = await rows.next();
  t.match(head, /^NAME +EFFECT +TARGET +PHASE +PODS +APPLIED +REQUESTED +DELIVERED +TTL +AGE +MESSAGE +END *$/);
  const patch = JSON.stringify([{ op: 'add', path: '/status', value: status }]);
  const patched = ['patch', 'flt', 'slow', '--subresource=status', '--type=json', '-p', patch, ...inNamespace];
  const kept = JSON.parse(await kubectl(...patched, '-o', 'json')) as { status: object };
  t.same(kept.status, status, 'nothing of a status is lost');
  let row = '';
  while (!row.includes(status.message)) row = (await rows.next()).value ?? status.message;
  t.match(
    row,
    /^slow +latency 2s +app\.kubernetes\.io\/name=payments +Injected +1\/2 +3 +2s +2\.0006s +60s +\d+s +In force in 1 of 2 pods\./,
  );
});

t.test('a report keeps every field, and lists its fault and node', async (t) => {
  const where = await namespace(t);
  const report = {
    apiVersion: 'pado.dev/v1alpha1',
    kind: 'FaultReport',
    metadata: { name: 'slow-node1', namespace: where },
    ...{ fault: { name: 'slow', uid: '0000' }, node: 'node1', endReason: 'lever', refusal: 'No.' },
    renewTime: '2026-01-02T03:04:05.678901Z',
    targets: [
      {
        ...{ pod: 'payments-1', podUid: '1111', container: 'app', pid: 1, instance: 'i', thread: 0, name: 'payments' },
        ...{ state: 'armed', recovered: false, reason: 'so', pulse: 2, evidence },
      },
    ],
  };
  await apply(report);
  const { metadata, ...kept } = JSON.parse(await kubectl('get', 'fltr', 'slow-node1', '-n', where, '-o', 'json'));
  const { metadata: _, ...written } = report;
  t.same(kept, written);
  t.equal(metadata.name, 'slow-node1');
  t.match(
    await kubectl('get', 'fltr', '-n', where),
    /^NAME +FAULT +NODE +END +RENEWED +AGE *\nslow-node1 +slow +node1 +lever /,
  );
});

t.test('kubectl explain tells what fields mean', async (t) => {
  const page = (await kubectl('explain', 'flt.spec.effects')).replaceAll(/\s+/g, ' ');
  for (const words of [
    'one or more effects, armed and reverted together',
    'latency: how long it waits in addition: a duration such as 250ms, 2s or 1m30s.',
    'exit: an exit code from 0 to 255. Default: 1.',
    'kill: the process gets SIGKILL, once per pod and pulse.',
  ]) {
    t.ok(page.includes(words), words);
  }
});

t.test('both are listed by category', async (t) => {
  const names = await kubectl('api-resources', '--categories=chaos', '-o', 'name');
  t.same(names.trim().split('\n').sort(), ['faultreports.pado.dev', 'faults.pado.dev']);
});
