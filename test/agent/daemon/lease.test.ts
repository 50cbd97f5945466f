import { heartbeatMs, suspendAfterMs } from '@pado/fault';
import t from 'tap';
import { fault, testAgent } from '../../helpers/daemon.ts';

t.test('says whether a fault goes on, to whoever has the token', async (t) => {
  const { call, connect } = await testAgent(t);
  const target = await connect({ name: 'payments', instance: 'instance-1' });
  await call('POST', '/v1/faults', fault('slow', 'payments'));
  const { uid } = await target.next('arm');
  const ask = async (about = uid, headers = {}) =>
    (await call('GET', `/v1/channel/${about}?instance=instance-1`, undefined, headers)).status;
  t.equal(await ask(), 200);
  t.equal(await ask(uid, { authorization: 'Bearer wrong' }), 401);
  t.equal(await ask('unknown'), 410);
  await call('PATCH', '/v1/faults/slow', { stopped: true });
  t.equal(await ask(), 410, 'it has ended');
  await call('DELETE', '/v1/faults/slow');
  t.equal(await ask(), 410, 'it is forgotten');
});

t.test('who asks is alive, though the channel is silent', async (t) => {
  const { call, connect } = await testAgent(t);
  const targets = async () => (await call('GET', '/v1/targets')).body.items.map(({ pid }: { pid: number }) => pid);
  await connect({ name: 'payments', instance: 'instance-1', pid: 1 });
  const blocked = await connect({ name: 'payments', instance: 'instance-2', pid: 2 });
  for (let ms = 0; ms <= suspendAfterMs + heartbeatMs; ms += heartbeatMs) {
    await blocked.next('heartbeat');
    await call('GET', '/v1/channel/any?instance=instance-2');
  }
  t.same(await targets(), [2]);
});
