import { pathPattern } from '@pado/fault';
import t from 'tap';
import { validateFault } from '../../../../agent/daemon/src/validate.ts';
import type { GrpcFault, HTTPFault } from '../../../../load/lib/disruptor/contracts.d.ts';
import { type Effect, grpcEffects, httpEffects } from '../../../../load/lib/disruptor/effects.ts';

const same = (port: number) => port;
/** The effects, as the agent would take them. */
const valid = (effects: readonly Effect[]): readonly Effect[] => {
  const result = validateFault({
    apiVersion: 'pado.dev/v1alpha1',
    kind: 'Fault',
    metadata: { name: 'k6' },
    spec: { target: { selector: { matchLabels: { app: 'a' } } }, ttl: '1s', effects },
  });
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return effects;
};
/** What its match.path means. */
const patternOf = (effect: Effect | undefined): RegExp =>
  pathPattern((effect as Effect & { match: { path: string } }).match.path);
const http = (fault: HTTPFault) => valid(httpEffects(fault, same));
const grpc = (fault: GrpcFault) => valid(grpcEffects(fault, same));

t.test('a delay with its variation is an inbound latency', async (t) => {
  t.match(http({ averageDelay: '100ms' }), [{ kind: 'latency', direction: 'inbound', delay: '100ms', match: {} }]);
  t.match(http({ port: 80, averageDelay: '100ms', delayVariation: '20ms' }), [
    { delay: '100ms', jitter: '20ms', distribution: 'uniform', match: { port: 80 } },
  ]);
});

t.test('an error rate is a percentage of answers with that code and body', async (t) => {
  t.match(http({ averageDelay: '1s', errorRate: 0.1, errorCode: 503, errorBody: 'away' }), [
    { kind: 'latency' },
    { kind: 'error', percentage: 10, status: 503, body: 'away' },
  ]);
});

t.test('excluded paths are left alone, and only they', async (t) => {
  const [effect] = http({ averageDelay: '1s', exclude: '/ping, /a.b' });
  const pattern = patternOf(effect);
  for (const [text, isHit] of Object.entries({
    '/ping': false,
    '/a.b': false,
    '/': true,
    '/pings': true,
    '/axb': true,
  }))
    t.equal(pattern.test(text), isHit, text);
});

t.test("the port of a Service becomes its pods' port", async (t) => {
  t.match(
    httpEffects({ port: 80, averageDelay: '1s' }, () => 8080),
    [{ match: { port: 8080 } }],
  );
});

t.test('gRPC: only calls of gRPC, and only codes that an HTTP status stands for', async (t) => {
  t.match(grpc({ averageDelay: '1s', errorRate: 0.5, statusCode: 14, exclude: 'grpc.health.v1.Health' }), [
    { kind: 'latency', match: { headers: { 'content-type': 'application/grpc*' } } },
    { kind: 'error', status: 503, percentage: 50 },
  ]);
  const [effect] = grpc({ averageDelay: '1s', exclude: 'a.B' });
  const pattern = patternOf(effect);
  t.same([pattern.test('/a.B/Do'), pattern.test('/a.Bc/Do')], [false, true]);
  t.throws(() => grpc({ errorRate: 1, statusCode: 8 }), /only these can be injected: 2 UNKNOWN, .*14 UNAVAILABLE/);
  t.throws(() => grpc({ averageDelay: '1s', statusMessage: 'gone' }), /statusMessage cannot be injected/);
});

t.test('what cannot be meant is refused with what would be right', async (t) => {
  const cases: readonly (readonly [fault: unknown, message: RegExp])[] = [
    [{ averageDlay: '1s' }, /the HTTP fault has no field averageDlay: did you mean averageDelay\?/],
    [{ colour: 'red' }, /has no field colour \(known: port, averageDelay/],
    [{ averageDelay: 100 }, /averageDelay is 100: it should be a text such as '250ms'/],
    [{ averageDelay: '1 s' }, /averageDelay is "1 s"/],
    [{ averageDelay: '1s', delayVariation: '2s' }, /delayVariation is 2s, more than the averageDelay of 1s/],
    [{ errorRate: 0.1 }, /errorRate is 0.1, but errorCode is missing/],
    [{ errorRate: 10, errorCode: 500 }, /errorRate is 10: it should be a number from 0 to 1/],
    [{ errorRate: 1, errorCode: 200 }, /errorCode is 200: it should be a whole number from 400 to 599/],
    [{ averageDelay: '1s', port: '80' }, /port is "80": it should be a whole number/],
    [{ averageDelay: '1s', exclude: 'ping' }, /exclude has "ping": a path begins with \//],
    [{ averageDelay: '1s', exclude: ['/ping'] }, /exclude is \["\/ping"\]: it should be a text/],
    [{}, /nothing to inject/],
    ['slow', /the HTTP fault is "slow": it should be an object/],
  ];
  for (const [fault, message] of cases) t.throws(() => http(fault as HTTPFault), { code: 'ERR_PADO_INVALID', message });
});
