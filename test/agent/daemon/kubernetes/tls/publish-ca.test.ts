import { names } from '@pado/fault';
import t, { type Test } from 'tap';
import { KubeError } from '../../../../../agent/daemon/src/kubernetes/api/kube-api.ts';
import { publishCa } from '../../../../../agent/daemon/src/kubernetes/tls/publish-ca.ts';
import { handClocks } from './clocks.ts';
import { type FakeApi, fakeApi } from './fake-api.ts';

const pathIn = (namespace: string) => `/api/v1/namespaces/${namespace}/configmaps/${names.caBundle}`;

/** A bundle that the test turns: `latest` is what the Secret holds, `held` what this agent has read. */
function bundleSource(start: string) {
  const listeners = new Set<() => void>();
  const source = {
    latest: start,
    held: start,
    bundle: () => source.held,
    refresh: async () => {
      if (source.held === source.latest) return;
      source.held = source.latest;
      for (const listener of listeners) listener();
    },
    onChange: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return source;
}

function setup(t: Test, { fake = fakeApi(), namespaces = ['shop'] }: { fake?: FakeApi; namespaces?: string[] } = {}) {
  const clock = handClocks();
  const source = bundleSource('one');
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  const logs: string[] = [];
  const publisher = publishCa({
    api: fake.api,
    source,
    namespaces: () => namespaces,
    clock,
    log: (level, message, fields) => logs.push(`${level} ${message} ${fields?.namespace}`),
    signal: stop.signal,
    sleep: () => new Promise(setImmediate),
  });
  const published = (namespace: string) => fake.objects.get(pathIn(namespace))?.data?.[names.caBundleKey];
  return { fake, clock, source, stop, logs, publisher, published };
}

t.test('publishes into each namespace once, and then only reads', async (t) => {
  const { fake, publisher, published } = setup(t, { namespaces: ['shop', 'bank'] });
  await publisher.look();
  t.equal(published('shop'), 'one');
  t.equal(published('bank'), 'one');
  t.equal(fake.writes().length, 2);
  await publisher.look();
  t.equal(fake.writes().length, 2);
});

t.test("undoes someone's edit, keeps what else is there, and publishes a rotation at once", async (t) => {
  const { fake, publisher, published, source } = setup(t);
  await publisher.look();
  const map = fake.objects.get(pathIn('shop'))!;
  fake.put(pathIn('shop'), { ...map, data: { 'ca.crt': 'mine', note: 'hello' } });
  await publisher.look();
  t.same(fake.objects.get(pathIn('shop'))?.data, { 'ca.crt': 'one', note: 'hello' });
  source.latest = 'two';
  await source.refresh();
  await publisher.look();
  t.equal(published('shop'), 'two');
});

t.test('an agent that has not heard of a rotation does not undo it', async (t) => {
  const { fake, publisher, published, source } = setup(t);
  await publisher.look();
  const before = fake.writes().length;
  source.latest = 'one two';
  fake.put(pathIn('shop'), { metadata: { name: names.caBundle }, data: { 'ca.crt': 'one two' } });
  await publisher.look();
  t.equal(published('shop'), 'one two');
  t.equal(source.held, 'one two', 'it has heard now');
  t.equal(fake.writes().length, before);
});

t.test('a namespace that is wanted by many pods is looked at once', async (t) => {
  const namespaces: string[] = [];
  const { clock, fake, publisher, published } = setup(t, { namespaces });
  await publisher.look();
  namespaces.push('shop');
  for (let pod = 0; pod < 100; pod += 1) publisher.want('shop');
  await publisher.look();
  t.equal(published('shop'), 'one');
  t.ok(fake.calls.length < 10, `${fake.calls.length} calls`);
  const { length } = fake.calls;
  publisher.want('shop');
  t.equal(fake.calls.length, length);
  clock.advance(5_000);
  fake.objects.clear();
  publisher.want('shop');
  await publisher.look();
  t.equal(published('shop'), 'one', 'the namespace was deleted and has come back');
});

t.test('trouble is told once and tried again later, and does not stop the others', async (t) => {
  const { clock, fake, logs, publisher, published } = setup(t, { namespaces: ['ending', 'shop'] });
  fake.refuse = (method, path) =>
    method === 'POST' && path.includes('/ending/')
      ? new KubeError(403, 'Forbidden', 'unable to create new content because it is being terminated')
      : undefined;
  await publisher.look();
  t.equal(published('shop'), 'one');
  const tries = () => fake.calls.filter((call) => call.startsWith('POST') && call.includes('/ending/')).length;
  const first = tries();
  await publisher.look();
  publisher.want('ending');
  await publisher.look();
  t.equal(tries(), first, 'not before its time');
  clock.advance(20_000);
  await publisher.look();
  t.equal(tries(), first + 1);
  t.equal(logs.filter((line) => line === 'warn the CA cannot be published ending').length, 1);
  fake.refuse = () => undefined;
  clock.advance(300_000);
  await publisher.look();
  t.equal(published('ending'), 'one');
});

t.test('1,000 agents that start at once end in one ConfigMap; a rotation is written a few times', async (t) => {
  const fake = fakeApi();
  const agents = Array.from({ length: 1_000 }, () => setup(t, { fake }));
  await Promise.all(agents.map(({ publisher }) => publisher.look()));
  t.equal(fake.objects.size, 1);
  const before = fake.writes().length;
  const [first, ...others] = agents;
  for (const { source } of agents) source.latest = 'two';
  await first?.source.refresh();
  await first?.publisher.look();
  await Promise.all(others.map(({ publisher }) => publisher.look()));
  t.equal(first?.published('shop'), 'two');
  t.equal(fake.writes().length - before, 1, 'who comes later only reads');
});

t.test('stops when told', async (t) => {
  const { fake, publisher, source, stop } = setup(t);
  await publisher.look();
  stop.abort();
  const { length } = fake.calls;
  source.latest = 'two';
  await source.refresh();
  publisher.want('other');
  await publisher.look();
  t.equal(fake.calls.length, length);
});
