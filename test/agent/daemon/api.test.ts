import { readFile, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import t from 'tap';
import { fault, testAgent } from '../../helpers/daemon.ts';

t.test('writes its address and token for their owner only, and removes them at the end', async (t) => {
  const { agent, stateDirectory } = await testAgent(t);
  for (const name of ['agent.json', 'agent.token'])
    t.equal((await stat(join(stateDirectory, name))).mode & 0o777, 0o600, name);
  t.match(JSON.parse(await readFile(join(stateDirectory, 'agent.json'), 'utf8')), { url: agent.url, pid: process.pid });
  t.equal(await readFile(agent.tokenFile, 'utf8'), agent.token);
  await agent.close();
  await t.rejects(stat(join(stateDirectory, 'agent.json')), { code: 'ENOENT' });
});

t.test('refuses a missing or wrong token everywhere but at probes and metrics', async (t) => {
  const { agent, call } = await testAgent(t);
  for (const [method, path] of [
    ['GET', '/v1/faults'],
    ['POST', '/v1/faults'],
    ['PUT', '/v1/leases/x'],
    ['GET', '/v1/targets'],
    ['POST', '/v1/channel'],
  ] as const) {
    for (const authorization of ['', 'Bearer wrong', `Basic ${agent.token}`]) {
      const answer = await call(method, path, method === 'GET' ? undefined : {}, { authorization });
      t.match(
        answer,
        { status: 401, body: { code: 'ERR_PADO_UNAUTHORIZED' } },
        `${method} ${path} with "${authorization.slice(0, 6)}"`,
      );
    }
  }
  for (const path of ['/healthz', '/readyz', '/metrics']) t.equal((await fetch(agent.url + path)).status, 200, path);
});

t.test('refuses a Host header that is not loopback, as a rebound page would send', async (t) => {
  const { agent } = await testAgent(t);
  const status = await new Promise((resolve, reject) => {
    const options = { headers: { host: 'evil.example.com', authorization: `Bearer ${agent.token}` } };
    request(`${agent.url}/v1/faults`, options, (answer) => resolve(answer.statusCode))
      .on('error', reject)
      .end();
  });
  t.equal(status, 403);
});

t.test('creates, lists, stops and deletes a fault', async (t) => {
  const { call, connect } = await testAgent(t);
  await connect({ name: 'payments' });
  t.match(await call('POST', '/v1/faults', fault('slow', 'payments')), {
    status: 201,
    body: { name: 'slow', phase: 'Pending' },
  });
  t.match(await call('POST', '/v1/faults', fault('slow', 'payments')), {
    status: 409,
    body: { code: 'ERR_PADO_CONFLICT' },
  });
  t.match(await call('GET', '/v1/faults'), { status: 200, body: { items: [{ name: 'slow' }] } });
  t.match(await call('PATCH', '/v1/faults/slow', { stopped: true }), {
    status: 200,
    body: { phase: 'Ended', endReason: 'stopped' },
  });
  t.match(
    await call('POST', '/v1/faults', fault('slow', 'payments')),
    { status: 201 },
    'the name of an ended fault is free',
  );
  t.match(await call('DELETE', '/v1/faults/slow'), { status: 204 });
  t.match(await call('GET', '/v1/faults/slow'), { status: 404, body: { code: 'ERR_PADO_NOT_FOUND' } });
});

t.test('answers bad requests with what is wrong', async (t) => {
  const { call, connect } = await testAgent(t);
  await connect({ name: 'payments' });
  const cases: [string, string, unknown, number, RegExp][] = [
    ['POST', '/v1/faults', '{', 400, /not JSON/],
    ['POST', '/v1/faults', { ...fault('x', 'payments'), metadata: { name: 'Not A Name' } }, 400, /lower-case letters/],
    ['POST', '/v1/faults', fault('x', 'payments', { ttl: '2h' }), 400, /at most 1h/],
    ['POST', '/v1/faults', fault('x', 'paymnets'), 404, /did you mean payments\?/],
    ['POST', '/v1/faults', fault('x', 'payments', { leaseName: 'nobody' }), 409, /nobody holds the lease nobody/],
    ['POST', '/v1/faults', 'x'.repeat(1_048_577), 413, /larger than 1 MiB/],
    ['PATCH', '/v1/faults/x', { stopped: false }, 400, /can only be stopped/],
    ['DELETE', '/v1/faults/x', undefined, 404, /no fault x/],
    ['PUT', '/v1/leases/x', { durationMs: '5s' }, 400, /number of milliseconds/],
    ['PUT', '/v1/leases/x', { durationMs: 10 ** 9 }, 400, /number of milliseconds/],
    ['PUT', '/v1/leases/x', 'null', 400, /number of milliseconds/],
    ['GET', '/v1/nothing', undefined, 404, /has no GET/],
    ['GET', '/v1/faults/%E0%A4%A', undefined, 400, /URL-encoded/],
  ];
  for (const [method, path, body, status, detail] of cases) {
    const answer = await call(method, path, body);
    t.match(answer, { status, body: { detail } }, `${method} ${path} ${String(detail)}`);
  }
});
