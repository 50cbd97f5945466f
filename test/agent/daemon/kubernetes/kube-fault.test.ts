import { EventEmitter, once } from 'node:events';
import { apiVersion, type FaultReport, type FaultResource, nameLabel, type ResourceEndReason } from '@pado/fault';
import t, { type Test } from 'tap';
import { monotonicClock } from '../../../../agent/daemon/src/clock.ts';
import { type KubeApi, KubeError } from '../../../../agent/daemon/src/kubernetes/api/kube-api.ts';
import { KubeFault } from '../../../../agent/daemon/src/kubernetes/kube-fault.ts';
import { readLimits } from '../../../../agent/daemon/src/kubernetes/limits.ts';
import { ServiceResolver } from '../../../../agent/daemon/src/kubernetes/service-resolver.ts';
import { silentLog } from '../../../../agent/daemon/src/log.ts';
import { Targets } from '../../../../agent/daemon/src/targets.ts';

/** An agent with one process that fits, whose API server says that the only slot is another's. */
function setting(t: Test) {
  const calls = new EventEmitter();
  const reports: FaultReport[] = [];
  const taken = (uid: string) => ({
    metadata: { name: `pado-${uid}-0`, uid: 'lease', resourceVersion: '1' },
    spec: { holderIdentity: 'another' },
  });
  const api: KubeApi = {
    request: async <T>(method: string, path: string, { body, query = {} }: { body?: unknown; query?: object } = {}) => {
      await new Promise(setImmediate);
      setImmediate(() => calls.emit(`${method} ${path.split('/').at(-1)?.replace(/\..*/, '')}`));
      if (method === 'GET' && path.endsWith('/leases'))
        return { items: ['one', 'two'].map(taken), metadata: {}, query } as T;
      if (method === 'GET') throw new KubeError(404, 'NotFound', path);
      reports.push(body as FaultReport);
      return { ...(body as object), metadata: { resourceVersion: '1' } } as T;
    },
    watch: () => Promise.reject(new Error('not faked')),
    serverNow: () => undefined,
    close: () => {},
  };
  const life = new AbortController();
  const { signal } = life;
  const targets = new Targets();
  targets.add({
    ...{ instance: 'instance-1', pid: 1, node: 'v24.0.0', ports: [], labels: { [nameLabel]: 'web' } },
    place: { namespace: 'shop', pod: 'web-1', podUid: 'pod-1' },
  });
  const fault = (name: string) => {
    const resource: FaultResource = {
      ...{ apiVersion, kind: 'Fault', metadata: { name, namespace: 'shop', uid: name } },
      spec: {
        target: { selector: { matchLabels: { [nameLabel]: 'web' } }, mode: 'one' },
        ttl: '60s',
        effects: [{ kind: 'latency', layer: 'http', direction: 'inbound', delay: '1s', match: { path: '/' } }],
      },
    } as FaultResource;
    const made = new KubeFault(resource, 0, {
      ...{ api, namespace: 'pado', identity: 'node1', clock: monotonicClock, log: silentLog, targets },
      services: new ServiceResolver({
        api,
        clusterDomain: 'cluster.local',
        log: silentLog,
        onChange: () => {},
        signal,
      }),
      ...{ limitsOf: () => readLimits(), countPods: async () => 1, tell: () => {}, isCutOff: () => false },
    });
    t.teardown(() => made.abandon());
    return made;
  };
  t.teardown(() => life.abort());
  /** Begins one that gets no slot, and ends it. */
  const run = async (name: string, reason: ResourceEndReason) => {
    const looked = once(calls, 'GET leases');
    const one = fault(name);
    one.deliver();
    await looked;
    one.end(reason);
  };
  return { calls, reports, run };
}

t.test('a node without a slot writes no report of an end that everyone sees on the object', async (t) => {
  const { calls, reports, run } = setting(t);
  await run('one', 'stopped');
  const written = once(calls, 'POST faultreports');
  await run('two', 'lease');
  await written;
  t.match(
    reports,
    [{ fault: { name: 'two' }, endReason: 'lease', targets: [] }],
    'that of a lease is told by agents alone',
  );
});
