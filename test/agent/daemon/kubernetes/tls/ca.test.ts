import { X509Certificate } from 'node:crypto';
import { names } from '@pado/fault';
import t from 'tap';
import { KubeError } from '../../../../../agent/daemon/src/kubernetes/api/kube-api.ts';
import { dayMs, makeAuthority } from '../../../../../agent/daemon/src/kubernetes/tls/authority.ts';
import { readCa } from '../../../../../agent/daemon/src/kubernetes/tls/ca.ts';
import { bundleOf } from '../../../../../agent/daemon/src/kubernetes/tls/rotation.ts';
import { handClocks } from './clocks.ts';
import { type FakeApi, fakeApi } from './fake-api.ts';

const path = `/api/v1/namespaces/pado/secrets/${names.caSecret}`;
const encode = (text: string) => Buffer.from(text).toString('base64');

function setup() {
  const clock = handClocks();
  const fake = fakeApi(clock.wallNow);
  const logs: { readonly level: string; readonly message: string; readonly damage: readonly string[] }[] = [];
  const read = () =>
    readCa({
      api: fake.api,
      namespace: 'pado',
      log: (level, message, fields) => logs.push({ level, message, damage: (fields?.damage ?? []) as string[] }),
      now: clock.wallNow,
      signal: new AbortController().signal,
    });
  return { clock, fake, logs, read };
}

/** As someone with kubectl would. */
function edit(fake: FakeApi, changes: Readonly<Record<string, string | undefined>>): void {
  const secret = fake.objects.get(path)!;
  const data = Object.fromEntries(
    Object.entries({ ...secret.data, ...changes }).filter(([, value]) => value !== undefined),
  ) as Record<string, string>;
  fake.put(path, { ...secret, data });
}

t.test('agents that start together agree on one CA', async (t) => {
  const { fake, read } = setup();
  const states = await Promise.all(Array.from({ length: 50 }, read));
  t.equal(new Set(states.map(bundleOf)).size, 1);
  t.equal(states[0]?.current.key, (await read()).current.key);
  t.equal(fake.objects.size, 1);
});

t.test('the CA turns in two phases: the next one is published a day before it signs', async (t) => {
  const { clock, fake, read } = setup();
  const first = await read();
  clock.advance(240 * dayMs);
  const same = await read();
  t.equal(bundleOf(same), bundleOf(first), 'nothing before two thirds of its life');
  t.equal(fake.writes().length, 1);
  clock.advance(4 * dayMs);
  const agents = await Promise.all(Array.from({ length: 20 }, read));
  t.equal(new Set(agents.map(bundleOf)).size, 1, 'whoever is first');
  const [both] = agents;
  t.equal(both?.current.cert, first.current.cert, 'the old one signs');
  t.equal(bundleOf(both!), first.current.cert + both!.next!.authority.cert, 'both are trusted');
  clock.advance(dayMs - 1);
  t.equal((await read()).current.cert, first.current.cert, 'not before a day has passed');
  clock.advance(1);
  const turned = await read();
  t.equal(turned.current.cert, both?.next?.authority.cert);
  t.equal(bundleOf(turned), turned.current.cert + first.current.cert, 'the old one stays trusted');
  clock.advance(122 * dayMs);
  t.equal(bundleOf(await read()), turned.current.cert, 'until it has expired');
});

t.test('after a year without agents there is a CA that works at once', async (t) => {
  const { clock, read } = setup();
  const first = await read();
  clock.advance(1_000 * dayMs);
  const state = await read();
  t.not(state.current.cert, first.current.cert);
  t.equal(bundleOf(state), state.current.cert);
  t.ok(state.current.notAfterMs > clock.wallNow() + 300 * dayMs);
});

t.test('a certificate that is damaged is made anew for the same key, and those in pods still fit', async (t) => {
  const damages: [string, string | undefined][] = [
    ['gone', undefined],
    ['garbage', encode('garbage')],
    ['of another key', encode(makeAuthority(Date.UTC(2030, 0, 1)).cert)],
    ['not valid yet', encode(makeAuthority(Date.UTC(2031, 0, 1)).cert)],
  ];
  for (const [name, damage] of damages) {
    const { fake, logs, read } = setup();
    const first = await read();
    edit(fake, { 'current.crt': damage });
    const mended = await read();
    t.equal(mended.current.key, first.current.key, name);
    const [before, after] = [new X509Certificate(first.current.cert), new X509Certificate(mended.current.cert)];
    t.ok(after.checkIssued(before) && after.verify(before.publicKey), `${name}: trusted by the old one`);
    t.match(logs.at(-2), { level: 'error', message: 'the CA was damaged and is mended', damage: [/^current.crt: /] });
    t.equal(bundleOf(await read()), bundleOf(mended), `${name}: mended once`);
  }
});

t.test('only a key that cannot be used costs the CA', async (t) => {
  const { fake, logs, read } = setup();
  const first = await read();
  edit(fake, { 'current.key': encode('garbage') });
  const second = await read();
  t.not(second.current.cert, first.current.cert);
  t.match(logs.at(-2), { level: 'error', message: /a new one is made/, damage: [/^current.key: /] });
  t.notMatch(JSON.stringify(logs), /PRIVATE/);
});

t.test('the next CA takes the place of one that cannot be used', async (t) => {
  const { clock, fake, read } = setup();
  await read();
  clock.advance(250 * dayMs);
  const both = await read();
  edit(fake, { 'current.key': undefined });
  t.equal((await read()).current.cert, both.next?.authority.cert);
});

t.test('a damaged next CA, or a wrong time of it, is mended without a day lost or won', async (t) => {
  const { clock, fake, read } = setup();
  const first = await read();
  clock.advance(250 * dayMs);
  await read();
  const secret = fake.objects.get(path)!;
  fake.put(path, { ...secret, metadata: { ...secret.metadata, annotations: { 'pado.dev/ca-next-since': 'soon' } } });
  await read();
  clock.advance(dayMs - 1);
  t.equal((await read()).current.cert, first.current.cert, 'counted from when the time was found wrong');
  edit(fake, { 'next.key': encode('garbage') });
  await read();
  clock.advance(1);
  const state = await read();
  t.equal(state.current.cert, first.current.cert);
  t.ok(state.next, 'another next one');
});

t.test("a Secret's other contents stay, and failures reach the caller", async (t) => {
  const { clock, fake, read } = setup();
  await read();
  const secret = fake.objects.get(path)!;
  fake.put(path, { ...secret, metadata: { ...secret.metadata, labels: { team: 'sre' } } });
  clock.advance(250 * dayMs);
  await read();
  t.same(fake.objects.get(path)?.metadata.labels, { team: 'sre' });
  fake.refuse = () => new KubeError(403, 'Forbidden', 'secrets is forbidden');
  await t.rejects(read(), new KubeError(403, 'Forbidden', 'secrets is forbidden'));
});

t.test('a Secret that is deleted is an order for a new CA', async (t) => {
  const { fake, read } = setup();
  const first = await read();
  fake.objects.clear();
  t.notMatch(bundleOf(await read()), first.current.cert);
});
