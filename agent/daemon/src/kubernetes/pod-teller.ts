import type { FaultSpec } from '@pado/fault';
import type { Reached } from '../active-fault.ts';
import type { Tell } from './events.ts';

/** Pods that one fault has events on, on one node. */
const mostPods = 10;

/** Tells `kubectl describe pod` when a fault came into force there, and when it was undone. */
export function podTeller(tell: Tell, fault: string, spec: FaultSpec): (reached: readonly Reached[]) => void {
  const told = new Map<string, string>();
  const kinds = spec.effects.map(({ kind }) => kind).join(', ');
  return (reached) => {
    for (const { target, state } of reached) {
      const [reason, verb] = state === 'armed' ? ['FaultInjected', 'is in force'] : ['FaultReverted', 'has reverted'];
      const isNews = state === 'armed' || (told.has(target.id) && state !== 'pending');
      if (!isNews || !target.isMain || told.get(target.id) === reason) continue;
      if (told.size >= mostPods && !told.has(target.id)) continue;
      told.set(target.id, reason);
      const { namespace, pod: name, podUid: uid } = target.place ?? { namespace: '', pod: '', podUid: '' };
      const pod = { apiVersion: 'v1', kind: 'Pod', namespace, name, uid };
      tell(pod, 'Normal', reason, `fault ${fault} (${kinds}) ${verb} in process ${target.pid}`);
    }
  };
}
