import t from 'tap';
import type { Instance } from '../../../../services/kit/src/http/instances.ts';
import { PeerBreakers } from '../../../../services/kit/src/http/peer-breakers.ts';
import { createMetrics } from '../../../../services/kit/src/metrics.ts';

const policy = { failurePercent: 50, windowMs: 10_000, minCalls: 4, openMs: 5_000, halfOpenCalls: 1 };
const instances = [0, 1].map((index) => ({ index, url: `http://127.0.0.1:${index}` }) as Instance);

function stand() {
  const metrics = createMetrics('gateway');
  const pick = ({ shardKey = 0, not }: { shardKey?: number; not?: Instance } = {}) =>
    instances[not === undefined ? shardKey : 1 - not.index]!;
  const breakers = new PeerBreakers({ peer: 'stock', instances: { pick }, size: 2, metrics });
  const states = async () =>
    (await metrics.breakerState.get()).values.map(({ labels, value }) => [labels.instance, value]);
  return { breakers, states };
}

t.test('calls that end after their breaker is out of force do not bring it back', async (t) => {
  const { breakers, states } = stand();
  const permits = Array.from({ length: 8 }, () => breakers.choose(policy, {}).permit!);
  t.same(await states(), [['*', 0]]);
  breakers.choose(undefined, {});
  for (const permit of permits) permit.end('failure');
  t.same(await states(), [], 'neither as closed nor as open');
  t.ok(breakers.choose(policy, {}).permit, 'and it is closed when it comes back');
});

t.test('an open breaker of one replica leads to another; of one shard nowhere', async (t) => {
  const own = { ...policy, scope: 'instance' as const };
  const { breakers, states } = stand();
  for (let call = 0; call < 4; call++) breakers.choose(own, { shardKey: 0 }).permit!.end('failure');
  t.throws(() => breakers.choose(own, { shardKey: 0 }), /is not called for a while/);
  t.equal(breakers.choose(own, {}).instance.index, 1);
  t.same(await states(), [
    ['0', 1],
    ['1', 0],
  ]);
});
