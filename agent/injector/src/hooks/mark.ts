import type { Plan } from '../request/rule.ts';

/** The global that every copy of @opentelemetry/api shares, and the key of the span in its context. */
const apiSymbol = Symbol.for('opentelemetry.js.api.1');
const spanKey = Symbol.for('OpenTelemetry Context Key SPAN');

interface Span {
  setAttributes(attributes: Record<string, string>): unknown;
}
interface Api {
  readonly context?: { active(): { getValue(key: symbol): Span | undefined } };
}

/** The host's span in whose context we are, when it has OpenTelemetry. */
function activeSpan(): Span | undefined {
  const api = Reflect.get(globalThis, apiSymbol) as Api | undefined;
  return api?.context?.active().getValue(spanKey);
}

const unique = (texts: readonly string[]): string => [...new Set(texts)].join(', ');

/** Tells the host's current span what is done to it: injected trouble is then told from organic. */
export function markSpan({ applied }: Plan): void {
  activeSpan()?.setAttributes({
    'pado.fault.name': unique(applied.map(({ label }) => label.fault)),
    'pado.fault.kind': unique(applied.map(({ label }) => label.kind)),
    'pado.fault.dose': unique(applied.map(({ label }) => label.dose)),
  });
}

let headerName: string | undefined;
/** The response header that names the fault; none by default. */
export const setFaultHeader = (name: string | undefined): void => {
  headerName = name;
};

interface Answer {
  readonly headersSent: boolean;
  setHeader(name: string, value: string): unknown;
  once(event: string, listener: () => void): unknown;
}

const faultsOf = ({ applied }: Plan): string => unique(applied.map(({ label }) => `${label.fault}/${label.kind}`));

/**
 * Marks an inbound request: its response, when that is asked for, and its span, which the host's tracing begins after
 * we have seen the request; at the end of the answer we are in its context.
 */
export function markAnswer(plan: Plan, answer: Answer): void {
  if (headerName !== undefined && !answer.headersSent) answer.setHeader(headerName, faultsOf(plan));
  if (Reflect.has(globalThis, apiSymbol)) answer.once('prefinish', () => markSpan(plan));
}

interface Stream {
  respond(headers?: object, options?: object): void;
  once(event: string, listener: () => void): unknown;
}

/** The same for a request that is a stream of HTTP/2. */
export function markStream(plan: Plan, stream: Stream): void {
  if (Reflect.has(globalThis, apiSymbol)) stream.once('prefinish', () => markSpan(plan));
  const name = headerName;
  if (name === undefined) return;
  const { respond } = stream;
  stream.respond = (headers, options) => {
    Reflect.deleteProperty(stream, 'respond');
    respond.call(stream, { [name]: faultsOf(plan), ...headers }, options);
  };
}
