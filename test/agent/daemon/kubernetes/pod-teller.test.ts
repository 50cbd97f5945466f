import type { FaultSpec } from '@pado/fault';
import t from 'tap';
import type { Reached } from '../../../../agent/daemon/src/active-fault.ts';
import { podTeller } from '../../../../agent/daemon/src/kubernetes/pod-teller.ts';

const spec = { effects: [{ kind: 'latency' }, { kind: 'error' }] } as unknown as FaultSpec;

const reached = (pod: string, state: Reached['state'], isMain = true) =>
  ({
    target: { id: `${pod}/app-1`, pid: 1, isMain, place: { namespace: 'shop', pod, podUid: `uid-${pod}` } },
    state,
    recovered: state === 'ended',
    evidence: [],
  }) as unknown as Reached;

function start() {
  const events: string[] = [];
  const tell = podTeller(
    (pod, _type, reason, message) => events.push(`${pod.name} ${reason}: ${message}`),
    'slow',
    spec,
  );
  return { events, tell };
}

t.test('says once that a fault is in force in a pod, and once that it is undone', (t) => {
  const { events, tell } = start();
  tell([reached('web-1', 'pending')]);
  tell([reached('web-1', 'armed')]);
  tell([reached('web-1', 'armed')]);
  tell([reached('web-1', 'ended')]);
  tell([reached('web-1', 'ended')]);
  t.same(events, [
    'web-1 FaultInjected: fault slow (latency, error) is in force in process 1',
    'web-1 FaultReverted: fault slow (latency, error) has reverted in process 1',
  ]);
  t.end();
});

t.test('what was never in force is not undone, and threads are not pods', (t) => {
  const { events, tell } = start();
  tell([reached('web-1', 'ended'), reached('web-2', 'armed', false)]);
  t.same(events, []);
  t.end();
});

t.test('of hundreds of pods ten have events', (t) => {
  const { events, tell } = start();
  tell(Array.from({ length: 300 }, (_, i) => reached(`web-${i}`, 'armed')));
  t.equal(events.length, 10);
  t.end();
});
