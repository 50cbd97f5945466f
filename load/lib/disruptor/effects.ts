import type { GrpcFault, HTTPFault } from './contracts.d.ts';
import { checkFields, durationOf, invalid, listOf, numberOf, textOf } from './fields.ts';

/** An effect of a Fault; docs/reference/faults.md has them all. */
export type Effect = Readonly<Record<string, unknown>> & { readonly kind: string };

/** A Service's port may be another one than its pods listen on. */
export type PortOf = (port: number) => number;

const shared = ['port', 'averageDelay', 'delayVariation', 'errorRate', 'exclude'];
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** A path of match that fits everything but these. */
const allBut = (alternatives: readonly string[], end: string): string =>
  `/^(?!(?:${alternatives.map(escaped).join('|')})${end})/`;

export function httpEffects(fault: HTTPFault, portOf: PortOf): Effect[] {
  checkFields('the HTTP fault', fault, [...shared, 'errorCode', 'errorBody']);
  const paths = fault.exclude === undefined ? [] : listOf('exclude', fault.exclude);
  for (const path of paths)
    if (!path.startsWith('/')) throw invalid(`exclude has "${path}": a path begins with /, such as /ping`);
  const match = matchOf(fault, portOf, paths.length === 0 ? undefined : allBut(paths, '$'));
  const body = fault.errorBody === undefined ? '' : textOf('errorBody', fault.errorBody);
  return effectsOf(fault, match, 'errorCode', () => ({
    status: numberOf('errorCode', fault.errorCode, { from: 400, to: 599 }),
    body,
  }));
}

/** HTTP statuses that clients of gRPC take for a status of theirs (grpc/doc/http-grpc-status-mapping.md). */
const statuses: Readonly<Record<number, number>> = { 2: 500, 7: 403, 12: 404, 13: 400, 14: 503, 16: 401 };
const possible = '2 UNKNOWN, 7 PERMISSION_DENIED, 12 UNIMPLEMENTED, 13 INTERNAL, 14 UNAVAILABLE, 16 UNAUTHENTICATED';

export function grpcEffects(fault: GrpcFault, portOf: PortOf): Effect[] {
  checkFields('the gRPC fault', fault, [...shared, 'statusCode', 'statusMessage']);
  if (fault.statusMessage !== undefined)
    throw invalid('statusMessage cannot be injected: the error is an HTTP status, which carries none; leave it out');
  const services = fault.exclude === undefined ? [] : listOf('exclude', fault.exclude);
  const prefixes = services.map((service) => `/${service.replace(/^\//, '')}/`);
  // A call is a POST to /package.Service/Method: the probes of HTTP on the same port are left alone.
  const match = { ...matchOf(fault, portOf, prefixes.length === 0 ? undefined : allBut(prefixes, '')) };
  return effectsOf(fault, { ...match, headers: { 'content-type': 'application/grpc*' } }, 'statusCode', () => {
    const code = numberOf('statusCode', fault.statusCode, { from: 1, to: 16 });
    const status = statuses[code];
    if (status !== undefined) return { status };
    throw invalid(`statusCode is ${code}: only these can be injected: ${possible}`);
  });
}

function matchOf({ port }: { readonly port?: number }, portOf: PortOf, path: string | undefined) {
  return {
    ...(port === undefined ? {} : { port: portOf(numberOf('port', port, { from: 1, to: 65_535 })) }),
    ...(path === undefined ? {} : { path }),
  };
}

function effectsOf(
  fault: HTTPFault | GrpcFault,
  match: Readonly<Record<string, unknown>>,
  codeField: string,
  answer: () => Readonly<Record<string, unknown>>,
): Effect[] {
  const { averageDelay = '0s', delayVariation = '0s', errorRate = 0 } = fault;
  const delayMs = durationOf('averageDelay', averageDelay);
  const variationMs = durationOf('delayVariation', delayVariation);
  if (variationMs > delayMs)
    throw invalid(
      `delayVariation is ${delayVariation}, more than the averageDelay of ${averageDelay}: a delay cannot be negative`,
    );
  numberOf('errorRate', errorRate, { from: 0, to: 1, whole: false });
  const isCoded = (fault as Readonly<Record<string, unknown>>)[codeField] !== undefined;
  if (errorRate > 0 && !isCoded)
    throw invalid(`errorRate is ${errorRate}, but ${codeField} is missing: say what the errors are`);
  // A code is checked also where it has no use yet.
  const what = isCoded ? answer() : {};
  const where = { layer: 'http', direction: 'inbound', match };
  const effects: Effect[] = [];
  if (delayMs > 0) {
    const spread = variationMs > 0 ? { jitter: delayVariation, distribution: 'uniform' } : {};
    effects.push({ kind: 'latency', ...where, delay: averageDelay, ...spread });
  }
  if (errorRate > 0) effects.push({ kind: 'error', ...where, percentage: errorRate * 100, ...what });
  if (effects.length === 0) throw invalid('nothing to inject: give averageDelay, or errorRate with its code');
  return effects;
}
