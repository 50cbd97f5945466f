import type { Listener, RunEvent } from '../contracts.ts';
import { type DeliveryOptions, deliverInOrder } from './delivery.ts';
import { type Notifier, placeOf } from './notifier.ts';

export interface WebhookOptions extends Omit<DeliveryOptions, 'onFailure'> {
  readonly url: string;
  /** Sent as `authorization: Bearer …`. */
  readonly token?: string | undefined;
  /** The experiment's name; part of the events' source. */
  readonly experiment: string;
  /** Hears once that an event could not be delivered. */
  readonly tell: Listener;
  readonly now?: () => Date;
}

/**
 * A CloudEvent (1.0, structured JSON) at the begin of a run, at each phase, at a stop and at the end, in order. Its subject
 * is the run's id, its id is unique among all runs of the experiment.
 */
export function webhook({
  url,
  token,
  experiment,
  tell,
  now = () => new Date(),
  ...options
}: WebhookOptions): Notifier {
  const delivery = deliverInOrder({
    ...options,
    onFailure: (reason) =>
      tell({ type: 'note', level: 'warning', text: `the webhook at ${placeOf(url)} missed an event: ${reason}` }),
  });
  const headers = {
    'content-type': 'application/cloudevents+json; charset=utf-8',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  let run = '';
  let count = 0;
  return {
    listener: (event) => {
      const data = dataOf(event);
      if (data === undefined) return;
      if (event.type === 'started') {
        run = event.id;
        count = 0;
      }
      const cloudEvent = {
        specversion: '1.0',
        id: `${run}/${++count}`,
        source: `/pado/experiments/${encodeURIComponent(experiment)}`,
        type: `dev.pado.run.${event.type}`,
        subject: run,
        time: now().toISOString(),
        datacontenttype: 'application/json',
        data,
      };
      delivery.send({ url, headers, body: JSON.stringify(cloudEvent) });
    },
    close: delivery.close,
  };
}

/** What an event carries; undefined for the events that are not sent. */
function dataOf(event: RunEvent): object | undefined {
  switch (event.type) {
    case 'started':
      return { title: event.title, policies: event.policies };
    case 'phase':
      return {
        phase: event.phase,
        text: event.text,
        ...(event.durationMs === undefined ? {} : { durationMs: event.durationMs }),
      };
    case 'stop':
      return event.stop;
    case 'finished': {
      const { verdict, reason, resilienceScore, windows, probes, stop } = event.journal.pado;
      const judged = probes.map(({ name, window, value, unit, expected, met }) => ({
        name,
        window,
        value,
        unit,
        expected,
        met,
      }));
      return { verdict, reason, status: event.journal.status, resilienceScore, windows, probes: judged, stop };
    }
    default:
      return undefined;
  }
}
