import type { Log } from '../log.ts';
import type { KubeApi } from './api/kube-api.ts';
import { microTime } from './report-writer.ts';

/** What an event is about. */
export interface Subject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export type Tell = (subject: Subject, type: 'Normal' | 'Warning', reason: string, message: string) => void;

/** Most events a minute: a fault on hundreds of pods must not flood the API server. */
const mostAMinute = 60;
const mostLength = 1_000;

/** Events for `kubectl describe`. They are for people: one that cannot be written is dropped. */
export function eventTeller(api: KubeApi, instance: string, log: Log): Tell {
  let minute = 0;
  let count = 0;
  return (subject, type, reason, message) => {
    const now = new Date();
    const current = Math.floor(now.getTime() / 60_000);
    if (current !== minute) [minute, count] = [current, 0];
    count += 1;
    if (count > mostAMinute) return;
    const { namespace } = subject;
    const body = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { generateName: `${subject.name.slice(0, 200)}.`, namespace },
      involvedObject: subject,
      type,
      reason,
      message: message.length > mostLength ? `${message.slice(0, mostLength)}…` : message,
      action: reason,
      eventTime: microTime(now),
      firstTimestamp: `${now.toISOString().slice(0, 19)}Z`,
      lastTimestamp: `${now.toISOString().slice(0, 19)}Z`,
      count: 1,
      source: { component: 'pado-agent' },
      reportingComponent: 'pado.dev/agent',
      reportingInstance: instance,
    };
    api
      .request('POST', `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`, { body })
      .catch((error: Error) => log('info', 'an event could not be written', { reason, error: error.message }));
  };
}
