import { setTimeout as sleep } from 'node:timers/promises';
import { tokenAudience } from '@pado/fault';
import t, { type Test } from 'tap';
import { type KubeApi, KubeError } from '../../agent/daemon/src/kubernetes/api/kube-api.ts';
import { createIdentities } from '../../agent/daemon/src/kubernetes/identity/identity.ts';
import { silentLog } from '../../agent/daemon/src/log.ts';
import { handClocks } from '../agent/daemon/kubernetes/tls/clocks.ts';
import { apply, kubectl, kubectlJson, namespace } from './helpers/cluster.ts';
import { testApi } from './helpers/kube.ts';
import { image } from './helpers/targets.ts';

interface Pod {
  readonly metadata: { readonly uid: string };
  readonly spec: { readonly nodeName?: string };
}

const restricted = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

/** A pod whose token is at /token; one that is not to run is on no node. */
async function createPod(where: string, name: string, isRunning = false): Promise<string> {
  await apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: where },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      ...(isRunning ? {} : { nodeSelector: { 'pado.dev/nowhere': 'true' } }),
      containers: [
        {
          name: 'app',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['sleep', '600'],
          securityContext: restricted,
          volumeMounts: [{ name: 'token', mountPath: '/token', readOnly: true }],
        },
      ],
      volumes: [
        {
          name: 'token',
          projected: {
            sources: [{ serviceAccountToken: { path: 'token', audience: tokenAudience, expirationSeconds: 3600 } }],
          },
        },
      ],
    },
  });
  return (await kubectlJson<Pod>('get', 'pod', name, '-n', where)).metadata.uid;
}

const createToken = async (where: string, ...options: string[]): Promise<string> =>
  (await kubectl('create', 'token', 'default', '-n', where, ...options)).trim();

const podToken = (where: string, pod: string, audience: string = tokenAudience): Promise<string> =>
  createToken(where, '--audience', audience, '--bound-object-kind', 'Pod', '--bound-object-name', pod);

/** The real API server behind a switch; the agent's clock is the test's. */
async function setup(t: Test) {
  const real = await testApi();
  t.teardown(() => real.close());
  const server = { isGone: false, calls: 0 };
  const startedMs = Date.now();
  const clock = handClocks(startedMs);
  const api: KubeApi = {
    ...real,
    request: (...args) => {
      server.calls += 1;
      if (server.isGone) return Promise.reject(new KubeError(0, 'Unreachable', 'no answer'));
      return real.request(...args);
    },
    serverNow: clock.wallNow,
  };
  const identities = createIdentities({ api, audience: tokenAudience, clock, log: silentLog });
  /** The pod's name, or the refusal. */
  const ask = (token: string): Promise<string> =>
    identities.review(token).then(
      ({ pod }) => pod,
      ({ status, message }) => `${status} ${message}`,
    );
  return { ask, clock, server, where: await namespace(t), ...identities };
}

/** A token with other claims under the old signature. */
function altered(token: string, change: (claims: { 'kubernetes.io': { pod: object } }) => void): string {
  const [header, payload = '', signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  change(claims);
  return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
}

t.test('a token names its own pod, and no other', async (t) => {
  const { ask, review, where } = await setup(t);
  const [one, two] = [await createPod(where, 'orders-1'), await createPod(where, 'orders-2')];
  const token = await podToken(where, 'orders-1');
  t.same(await review(token), { namespace: where, serviceAccount: 'default', pod: 'orders-1', podUid: one });
  t.match(await review(await podToken(where, 'orders-2')), { pod: 'orders-2', podUid: two });
  const claimed = altered(token, (claims) => {
    claims['kubernetes.io'].pod = { name: 'orders-2', uid: two };
  });
  t.match(await ask(claimed), /^401 .*does not accept/, 'who changes the claim breaks the signature');
});

t.test('what the kubelet projects into a pod names the pod and its node', async (t) => {
  const { review, where } = await setup(t);
  const podUid = await createPod(where, 'orders', true);
  await kubectl('wait', 'pod/orders', '-n', where, '--for=condition=Ready', '--timeout=120s');
  const token = await kubectl('exec', 'orders', '-n', where, '--', 'cat', '/token/token');
  const { spec } = await kubectlJson<Pod>('get', 'pod', 'orders', '-n', where);
  const identity = await review(token);
  t.match(identity, { namespace: where, serviceAccount: 'default', pod: 'orders', podUid });
  // Kubernetes 1.29 does not tell it.
  if (identity.node !== undefined) t.equal(identity.node, spec.nodeName);
});

t.test('tokens of another audience, without a pod, and forged ones are refused', async (t) => {
  const { ask, where } = await setup(t);
  await createPod(where, 'orders');
  const token = await podToken(where, 'orders');
  t.match(await ask(await podToken(where, 'orders', 'vault')), /^401 /, 'another audience');
  t.match(await ask(await createToken(where)), /^401 /, "the API server's own audience");
  t.match(await ask(await createToken(where, '--audience', tokenAudience)), /^401 .*not bound to a pod/);
  const [header, payload, signature = ''] = token.split('.');
  const reversed = [...signature].reverse().join('');
  t.match(await ask([header, payload, reversed].join('.')), /^401 .*does not accept/, 'a forged signature');
  const longer = altered(token, (claims) => Object.assign(claims, { exp: 4_000_000_000 }));
  t.match(await ask(longer), /^401 .*does not accept/, 'an end that was moved');
  t.equal(await ask(token), 'orders', 'the true one');
});

t.test('the token of a deleted pod, and of another pod of the same name, is refused within a minute', async (t) => {
  const { ask, clock, where } = await setup(t);
  await createPod(where, 'orders');
  const token = await podToken(where, 'orders');
  t.equal(await ask(token), 'orders');
  await kubectl('delete', 'pod', 'orders', '-n', where, '--force', '--grace-period=0');
  await createPod(where, 'orders');
  const deletedMs = Date.now();
  let answer = '';
  // The API server remembers a token for some seconds itself.
  while (!answer.startsWith('401') && Date.now() - deletedMs < 90_000) {
    clock.advance(60_000);
    answer = await ask(token);
    await sleep(500);
  }
  t.match(answer, /^401 .*does not accept/);
  t.comment(`refused ${Date.now() - deletedMs} ms after the pod was deleted`);
});

t.test('without the API server a known token counts until its own end, and no unknown one does', async (t) => {
  const { ask, clock, server, where } = await setup(t);
  await createPod(where, 'orders');
  // No cluster issues tokens for less than ten minutes.
  const options = ['--audience', tokenAudience, '--bound-object-kind', 'Pod', '--bound-object-name', 'orders'];
  const token = await createToken(where, ...options, '--duration', '10m');
  const unknown = await podToken(where, 'orders');
  t.equal(await ask(token), 'orders');
  server.isGone = true;
  clock.advance(540_000);
  t.equal(await ask(token), 'orders');
  t.match(await ask(unknown), /^503 /);
  clock.advance(120_000);
  t.match(await ask(token), /^503 /);
});

t.test('a storm of false tokens meets a bounded number of reviews', async (t) => {
  const { ask, server, where } = await setup(t);
  await createPod(where, 'orders');
  const token = await podToken(where, 'orders');
  t.equal(await ask(token), 'orders');
  const answers = await Promise.all(
    Array.from({ length: 10_000 }, (_, n) => ask(altered(token, (claims) => Object.assign(claims, { n })))),
  );
  t.same([...new Set(answers.map((answer) => answer.slice(0, 3)))].sort(), ['401', '503']);
  t.ok(server.calls <= 401, `${server.calls} reviews`);
  t.equal(await ask(token), 'orders', 'those that are known go on');
});
