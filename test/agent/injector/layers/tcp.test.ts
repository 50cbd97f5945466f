import type { Effect } from '@pado/fault';
import t from 'tap';
import { connectedLines } from '../../../helpers/lines.ts';

const kinds = ['tcp', 'tls'] as const;

t.test('latency: new and open connections, each exchange once', async (t) => {
  for (const kind of kinds) {
    const { host, target, ports, open, exchange } = await connectedLines(t);
    await open({ name: 'old', kind });
    await open({ name: 'other', kind: kind === 'tcp' ? 'tls' : 'tcp' });
    const listeners = await host.ask<number>('closeListeners', 'old');
    const match = { port: ports[kind] };
    const uid = await target.arm({ kind: 'latency', layer: 'tcp', delay: '120ms', match });
    for (let i = 0; i < 3; i += 1) {
      const { value, ms } = await exchange({ name: 'old', text: `ping ${i}` });
      t.equal(value, `ping ${i}`);
      t.ok(ms >= 120, `${kind}: an open connection, ${ms} ms`);
    }
    t.match(await exchange({ name: 'other' }), { value: 'ping' }, 'another port is missed, as the count below tells');
    t.ok((await open({ name: 'new', kind })).ms >= 120, 'connecting takes longer');
    const parts = ['one ', 'two ', 'three\n'];
    const { value, ms } = await exchange({ name: 'new', parts });
    t.equal(value, 'one two three', 'in order');
    t.ok(ms >= 120);
    const [evidence] = await target.disarm(uid);
    t.match(evidence, { matched: 5, applied: 5, cut: 0, dose: { unit: 'ms', samples: 5, requestedSum: 600 } });
    t.ok(evidence!.dose!.deliveredMin >= 120, 'never early');
    t.match(await exchange({ name: 'new' }), { value: 'ping' });
    t.equal(target.evidence(uid)[0]?.matched, 5, 'reverted');
    t.same(await host.ask('changed'), []);
    t.equal(await host.ask('closeListeners', 'old'), listeners, 'nothing stays on an open socket');
  }
});

t.test('latency after: what is received is late', async (t) => {
  const { target, ports, open, exchange } = await connectedLines(t);
  await open();
  const uid = await target.arm({
    kind: 'latency',
    layer: 'tcp',
    at: 'after',
    delay: '120ms',
    match: { port: ports.tcp },
  });
  for (let i = 0; i < 2; i += 1) {
    const { value, ms } = await exchange({ text: `ping ${i}` });
    t.equal(value, `ping ${i}`);
    t.ok(ms >= 120);
  }
  const big = await exchange({ text: 'big 300000' });
  t.equal(big.value, 300_001, 'back-pressure and all');
  t.ok(big.ms >= 120);
  t.match(await target.disarm(uid), [{ matched: 3, applied: 3 }]);
});

t.test('abort: connections are refused, open ones are reset', async (t) => {
  for (const kind of kinds) {
    const { target, ports, open, exchange } = await connectedLines(t);
    await open({ name: 'old', kind });
    const match = { host: '127.0.0.1', port: ports[kind] };
    const uid = await target.arm({ kind: 'abort', layer: 'tcp', code: 'ECONNREFUSED', match });
    t.match(await exchange({ name: 'old' }), {
      error: { message: 'read ECONNRESET', code: 'ECONNRESET', syscall: 'read' },
    });
    t.match(await open({ name: 'new', kind }), {
      error: {
        message: `connect ECONNREFUSED 127.0.0.1:${ports[kind]}`,
        code: 'ECONNREFUSED',
        errno: -111,
        syscall: 'connect',
        address: '127.0.0.1',
        port: ports[kind],
      },
    });
    t.match(await target.disarm(uid), [{ matched: 2, applied: 2 }]);
    t.match(await open({ name: 'later', kind }), { error: undefined });
    t.match(await exchange({ name: 'later' }), { value: 'ping' });
  }
});

t.test('hang: a black hole until the fault ends, then it all arrives', async (t) => {
  const { target, ports, open, exchange } = await connectedLines(t);
  await open({ name: 'old' });
  const uid = await target.arm({ kind: 'hang', layer: 'tcp', match: { port: ports.tcp } });
  const before = performance.now();
  const waiting = [exchange({ name: 'old' }), open({ name: 'new' })];
  await target.until(
    (message) => message.type === 'evidence' && message.uid === uid && message.effects[0]?.applied === 2,
  );
  const evidence = await target.disarm(uid);
  const held = performance.now() - before;
  const results = await Promise.all(waiting);
  t.match(results, [{ value: 'ping', error: undefined }, { error: undefined }]);
  t.ok(
    results.every(({ ms }) => ms > held / 2),
    'neither was answered before',
  );
  t.match(evidence, [{ applied: 2, cut: 2 }]);
});

t.test('throttle: both directions flow at the rate, and freely afterwards', async (t) => {
  const { target, ports, open, exchange } = await connectedLines(t);
  await open();
  const match = { port: ports.tcp };
  const uid = await target.arm({ kind: 'throttle', layer: 'tcp', bytesPerSecond: 100_000, match });
  const down = await exchange({ text: 'big 40000' });
  t.equal(down.value, 40_001);
  t.ok(down.ms >= 400, `40 kB at 100 kB/s took ${down.ms} ms`);
  const up = await exchange({ text: 'x'.repeat(30_000) });
  t.equal(up.value, 30_001);
  t.ok(up.ms >= 600, `30 kB there and back at 100 kB/s took ${up.ms} ms`);
  t.match(await target.disarm(uid), [{ matched: 2, applied: 2 }]);
  const slow = await target.arm({ kind: 'throttle', layer: 'tcp', bytesPerSecond: 1_000, match });
  const waiting = exchange({ text: 'big 400000' });
  await target.until(
    (message) => message.type === 'evidence' && message.uid === slow && message.effects[0]?.applied === 1,
  );
  await target.disarm(slow);
  t.match(await waiting, { value: 400_001 }, 'the rest came at once: 400 s were left');
});

t.test('a share of exchanges, by host name and by address', async (t) => {
  const { target, ports, open, exchange } = await connectedLines(t);
  await open({ name: 'named', host: 'localhost' });
  await open({ name: 'plain' });
  for (const host of ['localhost', '127.0.0.1']) {
    const uid = await target.arm({
      kind: 'latency',
      layer: 'tcp',
      delay: '1ms',
      percentage: 50,
      match: { host, port: ports.tcp },
    });
    for (let i = 0; i < 20; i += 1) await exchange({ name: 'named' });
    for (let i = 0; i < 20; i += 1) await exchange({ name: 'plain' });
    const [evidence] = await target.disarm(uid);
    t.equal(evidence?.matched, host === 'localhost' ? 20 : 40, host);
    t.ok(evidence!.applied > 0 && evidence!.applied < evidence!.matched);
  }
});

t.test('HTTP/2: each request of an open session is an exchange', async (t) => {
  const { host, target, ports, request } = await connectedLines(t);
  t.match(await request(), { value: 'hello' });
  const match = { port: ports.h2 };
  const uid = await target.arm({ kind: 'latency', layer: 'tcp', delay: '120ms', match });
  const results = await Promise.all([request(), request(), request()]);
  t.ok(results.every(({ value, ms }) => value === 'hello' && ms >= 120));
  t.match(await target.disarm(uid), [{ applied: 3, matched: 3 }]);
  const setUp = await target.arm({ kind: 'latency', layer: 'tcp', delay: '120ms', match });
  const first = await request({ name: 'new' });
  t.ok(first.value === 'hello' && first.ms >= 120, 'connecting takes longer');
  t.match(await target.disarm(setUp), [{ dose: { unit: 'ms' } }]);

  const hang = await target.arm({ kind: 'hang', layer: 'tcp', match });
  const served = await host.ask<number>('served');
  t.match(await request({ abortAfterMs: 50 }), { error: { name: 'AbortError' } }, 'the caller can give up');
  t.equal(await host.ask('served'), served, 'nothing was sent');
  await target.disarm(hang);

  const reset = await target.arm({ kind: 'abort', layer: 'tcp', match } satisfies Effect);
  t.match(await request(), { error: {} });
  await target.disarm(reset);
  await host.ask('closeSession', 'a');
});
