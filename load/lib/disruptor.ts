/**
 * xk6-disruptor's API for plain k6, on Pado's agent: no extension to build, nothing to install in the target's pod.
 * Where faults go is said in docs/reference/load.md; typings are in disruptor/contracts.d.ts.
 */
import { connect } from './disruptor/connect.ts';
import type {
  Disruptor,
  DisruptorOptions,
  GrpcFault,
  HTTPFault,
  PodSelector,
  PodTerminationFault,
  ProtocolOptions,
  TerminationOptions,
} from './disruptor/contracts.d.ts';
import { type Effect, grpcEffects, httpEffects, type PortOf } from './disruptor/effects.ts';
import { checkFields, durationOf, invalid, labelsOf, numberOf, textOf } from './disruptor/fields.ts';
import { inject } from './disruptor/inject.ts';
import type { Place } from './disruptor/place.ts';
import { groupsOf, targetsOf, type Wanted } from './disruptor/selection.ts';
import { terminate } from './disruptor/terminate.ts';

export type * from './disruptor/contracts.d.ts';

const defaultNamespace = 'default';

/** What a disruptor acts on; looked up anew at each call, for pods come and go. */
interface Scope {
  readonly place: Place;
  readonly wanted: Wanted;
  readonly portOf: PortOf;
}

/** What all disruptors do. A class, since xk6-disruptor's users write `new`. */
class Base implements Disruptor {
  readonly #scope: () => Scope;
  readonly #armWithinMs: number;

  constructor(scope: () => Scope, options: DisruptorOptions) {
    checkFields('the options', options, ['injectTimeout']);
    this.#armWithinMs = durationOf('injectTimeout', options.injectTimeout ?? '30s', { from: 1 });
    this.#scope = scope;
  }

  targets(): string[] {
    const { place, wanted } = this.#scope();
    return targetsOf(place, wanted).map(({ name }) => name);
  }

  injectHTTPFaults(fault: HTTPFault, duration: string, options: ProtocolOptions = {}): void {
    this.#inject((portOf) => httpEffects(fault, portOf), duration, options);
  }

  injectGrpcFaults(fault: GrpcFault, duration: string, options: ProtocolOptions = {}): void {
    this.#inject((portOf) => grpcEffects(fault, portOf), duration, options);
  }

  terminatePods(fault: PodTerminationFault, options: TerminationOptions = {}): string[] {
    checkFields('the termination', fault, ['count']);
    checkFields('the options', options, ['timeout']);
    const { place, wanted } = this.#scope();
    return terminate({ place, groups: groupsOf(place, wanted), fault, options });
  }

  #inject(effectsFor: (portOf: PortOf) => Effect[], duration: string, options: ProtocolOptions): void {
    checkFields('the options', options, ['proxyPort']);
    if (options.proxyPort !== undefined) numberOf('proxyPort', options.proxyPort, { from: 1, to: 65_535 });
    const durationMs = durationOf('duration', duration, { from: 1 });
    // What is wrong with the fault is said whether or not there is anybody to hit.
    effectsFor((port) => port);
    const { place, wanted, portOf } = this.#scope();
    const effects = effectsFor(portOf);
    inject({ place, groups: groupsOf(place, wanted), effects, durationMs, armWithinMs: this.#armWithinMs });
  }
}

/** Disrupts pods by their labels, on one machine processes. @throws PadoError ERR_PADO_INVALID for what cannot be meant. */
export class PodDisruptor extends Base {
  constructor(selector: PodSelector, options: DisruptorOptions = {}) {
    checkFields('the selector', selector, ['namespace', 'select', 'exclude']);
    const namespace = textOf('namespace', selector.namespace ?? defaultNamespace);
    const wanted = {
      select: labelsOf('select', selector.select ?? {}),
      exclude: selector.exclude === undefined ? {} : labelsOf('exclude', selector.exclude, { least: 0 }),
    };
    super(() => ({ place: connect(namespace), wanted, portOf: (port) => port }), options);
  }
}

/** Disrupts the pods behind a Service; on one machine the processes of that name. */
export class ServiceDisruptor extends Base {
  constructor(service: string, namespace: string = defaultNamespace, options: DisruptorOptions = {}) {
    if (textOf('the service', service) === '') throw invalid('the service is empty: name one, such as payments');
    textOf('namespace', namespace);
    super(() => {
      const place = connect(namespace);
      const { labels, portOf } = place.service(service);
      return { place, wanted: { select: labels, exclude: {} }, portOf };
    }, options);
  }
}
