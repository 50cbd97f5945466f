/**
 * An agent's use of slots in a process of its own, for `leases.test.ts`: argv is the API server's URL, the namespace, the
 * fault's uid, the agent's identity and its pod. Each line on stdout: what it believed, and when by the clock that all
 * processes of a machine share.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicClock } from '../../agent/daemon/src/clock.ts';
import { createKubeApi } from '../../agent/daemon/src/kubernetes/api/create-api.ts';
import type { KubeApi } from '../../agent/daemon/src/kubernetes/api/kube-api.ts';
import { createSlots } from '../../agent/daemon/src/kubernetes/leases/slots.ts';
import { silentLog } from '../../agent/daemon/src/log.ts';

const [server = '', namespace = '', uid = '', identity = '', pod = ''] = process.argv.slice(2);
const machineMs = () => Number(process.hrtime.bigint() / 1_000n) / 1_000;
const say = (event: string, fields: object = {}) =>
  process.stdout.write(`${JSON.stringify({ at: machineMs(), event, pod, ...fields })}\n`);

const calls: Record<string, number> = {};
const real = createKubeApi({ server: new URL(server), clock: monotonicClock, log: silentLog });
const api: KubeApi = {
  ...real,
  request: (method, path, options) => {
    calls[method] = (calls[method] ?? 0) + 1;
    return real.request(method, path, options);
  },
};
const stop = new AbortController();
let wasHeld = false;
/** As the agent does: `held` is the word that arms a target or keeps it armed, `dropped` the one that suspends it. */
const tell = () => {
  const isHeld = slots.holds(pod);
  if (isHeld) say('held');
  else if (wasHeld) say('dropped');
  wasHeld = isHeld;
};
const slots = createSlots({
  ...{ api, namespace, fault: { uid, name: 'slow', namespace }, count: 1, identity, clock: monotonicClock },
  ...{ log: silentLog, onChange: () => tell(), signal: stop.signal, podName: () => pod },
});
process.once('SIGTERM', () => {
  say('calls', { calls });
  slots.want([]);
  void slots.release(pod).then(() => stop.abort());
});
slots.want([pod]);
while (!stop.signal.aborted) {
  slots.check();
  tell();
  await sleep(100);
}
real.close();
