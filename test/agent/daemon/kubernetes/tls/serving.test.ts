import { X509Certificate } from 'node:crypto';
import t, { type Test } from 'tap';
import { KubeError } from '../../../../../agent/daemon/src/kubernetes/api/kube-api.ts';
import { dayMs } from '../../../../../agent/daemon/src/kubernetes/tls/authority.ts';
import { createServing } from '../../../../../agent/daemon/src/kubernetes/tls/serving.ts';
import { handClocks } from './clocks.ts';
import { type FakeApi, fakeApi } from './fake-api.ts';

async function setup(t: Test, shared?: { readonly clock: ReturnType<typeof handClocks>; readonly fake: FakeApi }) {
  const clock = shared?.clock ?? handClocks();
  const fake = shared?.fake ?? fakeApi(clock.wallNow);
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  const logs: string[] = [];
  const serving = await createServing({
    api: fake.api,
    namespace: 'pado',
    service: 'pado-agent',
    clusterDomain: 'cluster.local',
    clock,
    log: (_level, message) => logs.push(message),
    signal: stop.signal,
    random: () => 0.5,
  });
  let changes = 0;
  serving.onChange(() => {
    changes += 1;
  });
  return { clock, fake, logs, serving, changes: () => changes };
}

/** Whether a client with this bundle trusts that certificate. */
const isTrusted = (bundle: string, cert: string): boolean =>
  (bundle.match(/-----BEGIN[^-]+-----[^-]+-----END CERTIFICATE-----/g) ?? []).some((pem) =>
    new X509Certificate(cert).verify(new X509Certificate(pem).publicKey),
  );

t.test('the certificate is made anew at half of its life, and the CA stays', async (t) => {
  const { clock, fake, serving, changes } = await setup(t);
  const [first, bundle] = [serving.secureContext(), serving.bundle()];
  clock.advance(3 * dayMs);
  await serving.check();
  t.equal(serving.secureContext().cert, first.cert);
  t.equal(changes(), 0);
  clock.advance(dayMs);
  await serving.check();
  t.not(serving.secureContext().cert, first.cert);
  t.not(serving.secureContext().key, first.key);
  t.equal(changes(), 1);
  t.equal(serving.bundle(), bundle);
  t.equal(fake.writes().length, 1);
});

t.test('two agents through a whole rotation: at no time is a certificate unknown to a pod', async (t) => {
  const one = await setup(t);
  const two = await setup(t, one);
  const { clock } = one;
  const signers = new Set<string>();
  let projected = one.serving.bundle();
  for (let hours = 0; hours < 400 * 24; hours += 6) {
    clock.advance(dayMs / 4);
    // Agents look at different times, and pods know what was published six hours ago.
    await (hours % 12 === 0 ? one : two).serving.check();
    for (const { serving } of [one, two]) {
      const { cert } = serving.secureContext();
      if (!isTrusted(projected, cert)) return t.fail(`cut off after ${hours} hours`);
      if (Date.parse(new X509Certificate(cert).validTo) < clock.wallNow())
        return t.fail(`expired after ${hours} hours`);
      signers.add(new X509Certificate(cert).issuer);
    }
    projected = one.serving.bundle();
  }
  t.equal(signers.size, 2);
});

t.test('an API server that is gone costs nothing while the certificate lasts', async (t) => {
  const { clock, fake, logs, serving } = await setup(t);
  const { cert } = serving.secureContext();
  fake.refuse = () => new KubeError(0, 'Unreachable', 'no answer');
  clock.advance(4 * dayMs);
  await serving.check();
  await serving.check();
  t.equal(serving.secureContext().cert, cert);
  t.equal(logs.filter((message) => message === 'the CA cannot be read or written').length, 1, 'told once');
  await t.rejects(serving.refresh(), new KubeError(0, 'Unreachable', 'no answer'));
  fake.refuse = () => undefined;
  await serving.check();
  t.not(serving.secureContext().cert, cert);
});

t.test('a wall clock that is set back past the certificate brings a new one', async (t) => {
  const clock = handClocks();
  let offsetMs = 0;
  const fake = fakeApi(() => clock.wallNow() + offsetMs);
  const { serving } = await setup(t, { clock, fake });
  const { cert } = serving.secureContext();
  offsetMs = -30 * dayMs;
  await serving.check();
  t.not(serving.secureContext().cert, cert);
  t.ok(isTrusted(serving.bundle(), serving.secureContext().cert));
  t.ok(Date.parse(new X509Certificate(serving.bundle()).validFrom) <= clock.wallNow() + offsetMs);
});

t.test('gives up waiting for the API server when told to stop', async (t) => {
  const { api, ...fake } = fakeApi();
  const stop = new AbortController();
  const failing = { ...fake, api: { ...api, request: () => Promise.reject(new KubeError(0, '', 'no answer')) } };
  const serving = createServing({
    api: failing.api,
    namespace: 'pado',
    service: 'pado-agent',
    clusterDomain: 'cluster.local',
    clock: handClocks(),
    log: () => stop.abort(),
    signal: stop.signal,
  });
  await t.rejects(serving, { name: 'AbortError' });
});
