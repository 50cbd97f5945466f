import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { connectedHost, startHost } from '../../../helpers/host.ts';
import { WireAgent } from '../../../helpers/wire-agent.ts';

const resources = async (host: Awaited<ReturnType<typeof connectedHost>>['host']) =>
  (await host.ask<string[]>('resources')).filter((name) => name !== 'TCPSocketWrap');

t.test(
  'the pool’s work waits until the threads are released, without burning CPU, and is then done at once',
  async (t) => {
    const { host, target } = await connectedHost(t);
    const descriptors = await host.ask<number>('descriptors');
    const before = await resources(host);
    const uid = await target.arm({ kind: 'threadpool' });
    const cpu = await host.ask<NodeJS.CpuUsage>('cpu');
    let isDone = false;
    const tasks = host.ask<number[]>('pool', 4).finally(() => {
      isDone = true;
    });
    await host.ask('lag', 500);
    t.notOk(isDone, 'nothing is done while all threads are occupied');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { user, system } = await host.ask<NodeJS.CpuUsage>('cpu');
    t.ok(user + system - cpu.user - cpu.system < 900_000, 'the threads wait');
    t.match(await target.disarm(uid), [{ kind: 'threadpool', matched: 1, applied: 1, dose: undefined }]);
    t.ok((await tasks).every((ms) => ms >= 900));
    // One free thread may have done all the work before the others have come back.
    while ((await resources(host)).includes('FSReqCallback'));
    t.same(await resources(host), before, 'no read and no timer is left');
    t.equal(await host.ask('descriptors'), descriptors);
    t.ok(
      (await host.ask<number[]>('pool', 16)).every((ms) => ms < 5_000),
      'the pool is free again',
    );
  },
);

t.test('some threads are left to the host', async (t) => {
  const { host, target } = await connectedHost(t, { UV_THREADPOOL_SIZE: '6' });
  const uid = await target.arm({ kind: 'threadpool', occupied: 5 });
  t.equal((await host.ask<number[]>('pool', 8)).length, 8, 'one thread does the work of all');
  await target.disarm(uid);
});

t.test('it rests while dormant', async (t) => {
  const { host, target } = await connectedHost(t);
  const uid = await target.arm({ kind: 'threadpool' }, { ttl: '60s', pulse: { active: '300ms', dormant: '300ms' } });
  for (let i = 0; i < 3; i += 1) t.equal((await host.ask<number[]>('pool', 4)).length, 4);
  await target.disarm(uid);
});

t.test('a process that is done, or exits, or throws, ends with all threads occupied', async (t) => {
  const file = fileURLToPath(new URL('../../../fixtures/done.mjs', import.meta.url));
  for (const [how, code] of [
    ['done', 0],
    ['exit', 3],
    ['exit unheard', 4],
    ['throw', 1],
    ['later', 0],
  ] as const) {
    const agent = await new WireAgent().start();
    t.teardown(() => agent.stop());
    const arriving = agent.nextTarget();
    const host = await startHost(t, agent, {}, file);
    const target = await arriving;
    await target.arm({ kind: 'threadpool' });
    host.child.send(how);
    t.equal((await once(host.child, 'exit'))[0], code, how);
    if (how !== 'throw') t.equal(host.output, how === 'later' ? 'read\n' : '');
  }
});

t.test('without a pseudo-terminal it is refused', async (t) => {
  const { host, target } = await connectedHost(t);
  // No descriptor is left to open one with.
  execFileSync('prlimit', [`--pid=${host.child.pid}`, '--nofile=8:']);
  const uid = await target.arm({ kind: 'threadpool' });
  t.match(target.lastState(uid), { state: 'failed', code: 'ERR_PADO_REFUSED', reason: /\/dev\/ptmx.*EMFILE/ });
});
