import t from 'tap';
import { connectedAnswers, protocols } from '../../../helpers/answers.ts';

t.test('latency before and after, on every kind of server', async (t) => {
  const { target, get } = await connectedAnswers(t);
  for (const at of ['before', 'after'] as const) {
    const uid = await target.arm({
      kind: 'latency',
      direction: 'inbound',
      at,
      delay: '100ms',
      match: { path: '/hello' },
    });
    for (const protocol of protocols) {
      const { status, text, headMs } = await get(protocol, '/hello');
      t.match({ status, text }, { status: 200, text: 'hello' }, protocol);
      t.ok(headMs! >= 100, `${protocol} ${at}: ${headMs} ms`);
      t.match(await get(protocol, '/other'), { status: 200, text: 'hello' });
    }
    const [evidence] = await target.disarm(uid);
    t.match(evidence, { matched: protocols.length, applied: protocols.length, dose: { samples: protocols.length } });
    t.ok(evidence!.dose!.deliveredMin >= 100);
  }
  const uid = await target.arm({ kind: 'latency', direction: 'inbound', at: 'after', delay: '50ms' });
  for (const protocol of protocols) {
    t.match(await get(protocol, '/whole/300000'), { status: 200, bytes: 300_000, error: undefined }, protocol);
    if (protocol !== 'core')
      t.match(await get(protocol, '/pieces/400000'), { bytes: 400_000, error: undefined }, protocol);
  }
  await target.disarm(uid);
});

t.test('error and abort: the handler never sees the request; probes are spared', async (t) => {
  const { host, target, get } = await connectedAnswers(t);
  const error = {
    kind: 'error',
    direction: 'inbound',
    status: 503,
    body: 'busy',
    headers: { 'retry-after': '1' },
  } as const;
  const uid = await target.arm(error);
  for (const protocol of protocols) {
    const answer = await get(protocol, '/hello');
    t.match(answer, { status: 503, text: 'busy', headers: { 'retry-after': '1' } }, protocol);
    t.match(await get(protocol, '/healthz'), { status: 200 }, `${protocol}: a probe`);
  }
  t.equal(await host.ask('served'), protocols.length, 'only the probes');
  t.match(await target.disarm(uid), [{ matched: protocols.length, applied: protocols.length }]);
  const reset = await target.arm({ kind: 'abort', direction: 'inbound' });
  for (const protocol of protocols) {
    const { error, status } = await get(protocol, '/hello');
    t.match(
      { error, status },
      { error: { code: /^(ECONNRESET|ERR_HTTP2_STREAM_ERROR)$/ }, status: undefined },
      protocol,
    );
  }
  await target.disarm(reset);
  for (const protocol of protocols) t.match(await get(protocol, '/hello'), { status: 200 }, `${protocol} again`);
});

t.test('hang: no answer until the fault ends, then the real one', async (t) => {
  const { target, get } = await connectedAnswers(t);
  const uid = await target.arm({ kind: 'hang', direction: 'inbound' });
  const waiting = protocols.map((protocol) => get(protocol, '/hello'));
  await target.until(
    (message) => message.type === 'evidence' && message.uid === uid && message.effects[0]?.applied === protocols.length,
  );
  const evidence = await target.disarm(uid);
  t.match(evidence, [{ applied: protocols.length, cut: protocols.length }]);
  for (const answer of await Promise.all(waiting)) t.match(answer, { status: 200, text: 'hello' });
});

t.test('throttle: a body flows at its rate', async (t) => {
  const { target, get } = await connectedAnswers(t);
  const uid = await target.arm({ kind: 'throttle', direction: 'inbound', bytesPerSecond: 100_000 });
  for (const protocol of protocols) {
    const { bytes, ms, error } = await get(protocol, '/whole/30000');
    t.match({ bytes, error }, { bytes: 30_000, error: undefined }, protocol);
    t.ok(ms >= 299, `${protocol}: 30 kB at 100 kB/s took ${ms} ms`);
    if (protocol !== 'core') t.match(await get(protocol, '/pieces/20000'), { bytes: 20_000, error: undefined });
  }
  await target.disarm(uid);
  const slow = await target.arm({ kind: 'throttle', direction: 'inbound', bytesPerSecond: 1_000 });
  const waiting = protocols.map((protocol) => get(protocol, '/whole/300000'));
  await target.until(
    (message) =>
      message.type === 'evidence' && message.uid === slow && message.effects[0]?.applied === protocols.length,
  );
  await target.disarm(slow);
  for (const answer of await Promise.all(waiting))
    t.match(answer, { bytes: 300_000, error: undefined }, 'the rest at once');
});

t.test('truncate: exactly so many bytes arrive, and the client sees that some are missing', async (t) => {
  const { target, get } = await connectedAnswers(t);
  const uid = await target.arm({ kind: 'truncate', direction: 'inbound', afterBytes: 1_500 });
  let cut = 0;
  for (const protocol of protocols) {
    for (const path of protocol === 'core' ? ['/whole/4000'] : ['/whole/4000', '/pieces/4000']) {
      const { status, bytes, error } = await get(protocol, path);
      cut += 1;
      t.equal(status, 200);
      t.equal(bytes, 1_500, `${protocol} ${path}`);
      t.match(error, { code: /^(ECONNRESET|ERR_HTTP2_STREAM_ERROR)$/ }, `${protocol} ${path}`);
    }
    t.match(
      await get(protocol, '/whole/1500'),
      { bytes: 1_500, error: undefined },
      `${protocol}: short answers are whole`,
    );
  }
  const [evidence] = await target.disarm(uid);
  t.equal(evidence?.applied, cut, 'only what was cut counts');
  t.equal(evidence?.matched, cut + protocols.length);
});

t.test('with PADO_FAULT_HEADER an answer names its fault', async (t) => {
  const { target, get } = await connectedAnswers(t, { PADO_FAULT_HEADER: 'pado-fault' });
  const uid = await target.arm({ kind: 'latency', direction: 'inbound', delay: '1ms' });
  for (const protocol of protocols)
    t.equal((await get(protocol, '/hello')).headers?.['pado-fault'], 'test/latency', protocol);
  await target.disarm(uid);
  t.equal((await get('http', '/hello')).headers?.['pado-fault'], undefined);
});
