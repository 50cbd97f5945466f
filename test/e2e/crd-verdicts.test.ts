import { validateFault } from '@pado/daemon';
import fc from 'fast-check';
import t from 'tap';
import { namespace } from './helpers/cluster.ts';
import { anyFrame, anySpec } from './helpers/fault-arbitrary.ts';
import { installResources } from './helpers/resources.ts';
import { faultOf, verdicts } from './helpers/verdicts.ts';

t.before(installResources);

for (const [what, arbitrary] of Object.entries({ effects: anySpec, frames: anyFrame })) {
  t.test(`the API server accepts the ${what} that the agent accepts, and no others`, async (t) => {
    const seed = Number(process.env.PADO_TEST_SEED ?? Date.now() % 2 ** 31);
    t.comment(`PADO_TEST_SEED=${seed}`);
    const specs = fc.sample(arbitrary, { numRuns: what === 'effects' ? 400 : 200, seed });
    const objects = specs.map((spec, index) => faultOf(`f-${index}`, spec));
    const { accepted, stderr } = await verdicts(await namespace(t), objects);
    const differing = objects.filter(
      (object) => 'fault' in validateFault(object) !== accepted.has(object.metadata.name),
    );
    t.same(
      differing.map((object) => JSON.stringify([object, validateFault(object)])),
      [],
      'the same verdict on each',
    );
    t.notMatch(stderr, /rule evaluation error|no such key|no such overload/, 'no rule fails');
    t.ok(accepted.size >= 20, `${accepted.size} right ones`);
    t.ok(objects.length - accepted.size >= 20, `${objects.length - accepted.size} wrong ones`);
  });
}

const target = { selector: { matchLabels: { 'app.kubernetes.io/name': 'orders' } } };
const latency = { kind: 'latency', direction: 'outbound', delay: '2s' };
const withEffect = (effect: object) => ({ target, ttl: '60s', effects: [effect] });

t.test('they differ where one of them cannot know, and nowhere else that is known', async (t) => {
  const leftToTheAgent = {
    'broken-expression': withEffect({ ...latency, match: { path: '/^(/' } }),
    'fraction-of-a-byte': withEffect({ kind: 'gc', rate: '0.4' }),
    'nothing-written': { ...withEffect(latency), startAfter: null },
  };
  const refusedByTheServer = {
    'too-long-a-text': withEffect({ ...latency, delay: `${'1ms'.repeat(30)}` }),
    'longer-than-292-years': withEffect({ ...latency, delay: '9999999h' }),
    'shorter-than-a-nanosecond': withEffect({ ...latency, delay: '0.0000001ms' }),
  };
  const objects = Object.entries({ ...leftToTheAgent, ...refusedByTheServer }).map(([name, spec]) =>
    faultOf(name, spec),
  );
  const { accepted } = await verdicts(await namespace(t), objects);
  t.same([...accepted].sort(), Object.keys(leftToTheAgent).sort());
  const good = objects.filter((object) => 'fault' in validateFault(object)).map(({ metadata }) => metadata.name);
  t.same(good.sort(), Object.keys(refusedByTheServer).sort());
});

t.test('both accept everything at once', async (t) => {
  const spec = {
    target: { ...target, container: 'app', mode: 'random-max-percent', value: 33.3 },
    ttl: '1m30s',
    startAfter: '1.5s',
    pulse: { active: '10s', dormant: '20s' },
    seed: 7,
    leaseName: 'run-42',
    stopped: false,
    effects: [
      {
        ...{ ...latency, layer: 'http', percentage: 100, sampling: 'request', jitter: '200ms', distribution: 'pareto' },
        ...{ shape: 1.5, at: 'after' },
        match: {
          ...{ service: 'payments', host: '*.example', port: 80, method: ['POST'], path: '/charges/*' },
          ...{ headers: { 'x-cohort': 'canary' }, baggage: { 'pado.cohort': 'canary' } },
        },
      },
      { kind: 'error', direction: 'inbound', status: 503, body: '{}', headers: { 'retry-after': '1' } },
      { kind: 'error', layer: 'dns', code: 'EAI_AGAIN', match: { host: '*' } },
      { kind: 'abort', layer: 'tcp', code: 'EPIPE', match: { service: 'db', port: 5432 } },
      { kind: 'memory', where: 'heap', leak: '1Mi', size: '50%', allowKill: true },
      { kind: 'exit', layer: 'process', code: 255 },
      ...Array.from({ length: 10 }, () => ({ kind: 'event-loop', stall: '2s', every: '5s' })),
    ],
  };
  const object = faultOf('x', spec);
  t.ok('fault' in validateFault(object), JSON.stringify(validateFault(object)));
  const { accepted, stderr } = await verdicts(await namespace(t), [object]);
  t.same([...accepted], ['x'], stderr);
});
