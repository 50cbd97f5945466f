import { execFileSync } from 'node:child_process';
import type { Effect } from '@pado/fault';
import t from 'tap';
import { connectedHost, type Host } from '../../../helpers/host.ts';
import type { WireTarget } from '../../../helpers/wire-agent.ts';

const descriptors = (host: Host): Promise<number> => host.ask('descriptors');

/** A soft limit of so many descriptors more than are open. */
const leave = async (host: Host, count: number) =>
  execFileSync('prlimit', [`--pid=${host.child.pid}`, `--nofile=${(await descriptors(host)) - 1 + count}:`]);

const refused = { state: 'failed', code: 'ERR_PADO_REFUSED' };

async function stateOf(target: WireTarget, effect: Effect) {
  return target.lastState(await target.arm(effect));
}

t.test('holds as many descriptors as it says, and closes all of them', async (t) => {
  const { host, target, url } = await connectedHost(t);
  const before = await descriptors(host);
  const resources = await host.ask('resources');
  const uid = await target.arm({ kind: 'sockets', held: 1_000 });
  while ((await descriptors(host)) < before + 1_000);
  t.equal(await descriptors(host), before + 1_000);
  t.equal((await host.callOnce({ client: 'http without agent', url })).status, 200, 'the host goes on');
  t.match(await target.disarm(uid), [{ kind: 'sockets', matched: 1, applied: 1, dose: undefined }]);
  t.equal(await descriptors(host), before);
  t.same(await host.ask('resources'), resources);
  t.equal(host.output, '');
});

t.test('leaves the process 64 descriptors', async (t) => {
  const { host, target } = await connectedHost(t);
  await leave(host, 164);
  t.match(await stateOf(target, { kind: 'sockets', held: 101 }), refused);
  t.match(await stateOf(target, { kind: 'sockets', held: 100 }), { state: 'armed' });
});

t.test('unless the fault allows what that may do: then it takes what there is', async (t) => {
  const { host, target, url } = await connectedHost(t);
  const before = await descriptors(host);
  await leave(host, 300);
  const uid = await target.arm({ kind: 'sockets', held: 1_000, allowKill: true });
  let result = await host.callOnce({ client: 'http without agent', url });
  while (result.error === undefined) result = await host.callOnce({ client: 'http without agent', url });
  // Whether the client or the server is the first to get no descriptor.
  t.match(result, { error: { code: /EMFILE|ECONNRESET/ } }, 'nothing can be opened any more');
  await target.disarm(uid);
  // The host's own connections take a moment to go.
  while ((await descriptors(host)) !== before);
  t.equal((await host.callOnce({ client: 'http without agent', url })).status, 200);
});
