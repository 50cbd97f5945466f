import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import t, { type Test } from 'tap';
import { choosePorts, holderOf, isFree } from '../../../runner/src/stack/ports.ts';

async function listener(t: Test, port = 0): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

t.test('gives each name a free port of its own, the same ones again for the same project', async (t) => {
  const names = ['a', 'b', 'c'] as const;
  const project = `/projects/${process.pid}`;
  const ports = await choosePorts(names, {}, project);
  t.equal(new Set(Object.values(ports)).size, 3);
  t.ok(
    Object.values(ports).every((port) => port < 32_768),
    'outside the range of outgoing connections',
  );
  t.strictSame(await choosePorts(names, {}, project), ports);

  await listener(t, ports.b);
  const others = await choosePorts(names, {}, project);
  t.notOk(Object.values(others).includes(ports.b), 'a taken port is passed over');
});

t.test('takes the port that was asked for', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  t.equal(await isFree(port), true);
  t.equal((await choosePorts(['a', 'b'], { b: port }, '/p')).b, port);
});

t.test('names who holds a port that was asked for', async (t) => {
  const port = await listener(t);
  t.equal(await isFree(port), false);
  await t.rejects(choosePorts(['gateway'], { gateway: port }, '/p'), {
    code: 'ERR_PADO_PORT_TAKEN',
    message: new RegExp(`port ${port}, asked for gateway, is in use by .*\\(pid ${process.pid}\\)`),
  });
  t.match(await holderOf(port), `pid ${process.pid}`);
});
