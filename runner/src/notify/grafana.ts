import type { Journal, Listener } from '../contracts.ts';
import { type DeliveryOptions, deliverInOrder } from './delivery.ts';
import { type Notifier, placeOf } from './notifier.ts';

export interface GrafanaOptions extends Omit<DeliveryOptions, 'onFailure'> {
  /** Of Grafana itself, with its sub-path where it has one. */
  readonly url: string;
  /** Of a service account that may write annotations. */
  readonly token?: string | undefined;
  /** Besides `pado` and the experiment's name. */
  readonly tags?: readonly string[] | undefined;
  readonly experiment: string;
  /** Hears once that an annotation could not be made. */
  readonly tell: Listener;
  /** Unix milliseconds. */
  readonly now?: () => number;
}

/** Fields of Grafana's `POST /api/annotations`; a region when it has an end. */
interface Annotation {
  readonly time: number;
  readonly timeEnd?: number;
  readonly tags: readonly string[];
  readonly text: string;
}

/**
 * Annotates Grafana's dashboards: a point at each phase and at a stop, and, once the run has ended, a region from the first
 * application to the last revert that has the verdict.
 */
export function grafana(options: GrafanaOptions): Notifier {
  const { url, token, tags = [], experiment, tell, now = Date.now, ...rest } = options;
  const delivery = deliverInOrder({
    ...rest,
    onFailure: (reason) =>
      tell({ type: 'note', level: 'warning', text: `Grafana at ${placeOf(url)} missed an annotation: ${reason}` }),
  });
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const annotate = ({ tags: more, ...annotation }: Annotation): void =>
    delivery.send({
      url: `${url.replace(/\/+$/, '')}/api/annotations`,
      headers,
      body: JSON.stringify({ ...annotation, tags: [...new Set(['pado', experiment, ...tags, ...more])] }),
    });
  return {
    listener: (event) => {
      if (event.type === 'phase') annotate({ time: now(), tags: [event.phase], text: `${event.phase}: ${event.text}` });
      if (event.type === 'stop') annotate({ time: event.stop.atMs, tags: ['stop'], text: event.stop.reason });
      if (event.type === 'finished') for (const region of regionOf(event.journal)) annotate(region);
    },
    close: delivery.close,
  };
}

/** Nothing when no fault was in force. */
function regionOf({ pado }: Journal): readonly Annotation[] {
  const { during } = pado.windows;
  if (during === undefined) return [];
  const text = `${pado.verdict}: ${pado.reason} (${pado.id})`;
  return [{ time: during.startMs, timeEnd: during.endMs, tags: [pado.verdict], text }];
}
