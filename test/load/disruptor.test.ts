import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiVersion } from '@pado/fault';
import t from 'tap';
import { testAgent } from '../helpers/daemon.ts';
import { k6 } from '../helpers/k6.ts';
import { fakeApiServer } from './fake-api-server.ts';

const module = fileURLToPath(new URL('../../load/lib/disruptor.ts', import.meta.url));
const { run, directory } = await k6(t);
let scripts = 0;

/** Runs some calls one after the other; what each returned or threw. */
async function calls(env: Record<string, string>, ...texts: readonly string[]): Promise<readonly string[]> {
  const file = join(directory, `script-${++scripts}.js`);
  const list = texts.map((text) => `() => ${text}`).join(',\n');
  const script = `
    import { PodDisruptor, ServiceDisruptor } from '${module}';
    const calls = [${list}];
    export default function () {
      for (const call of calls) {
        let line;
        try { line = JSON.stringify(call() ?? 'done'); } catch (error) { line = error.code + ': ' + error.message; }
        console.log(line);
      }
    }
  `;
  await writeFile(file, script);
  const { lines, output } = await run(file, { env });
  if (lines.length !== texts.length) throw new Error(output);
  return lines;
}

t.test('what is wrong is thrown, not injected', async (t) => {
  const { agent, call } = await testAgent(t);
  const cases: readonly (readonly [call: string, message: RegExp])[] = [
    [`new PodDisruptor({ selct: {} })`, /INVALID: the selector has no field selct: did you mean select\?/],
    [`new PodDisruptor({ select: { labels: {} } })`, /INVALID: select.labels is empty and would hit everything/],
    [`new PodDisruptor({ select: { labels: { a: 'b' } } }, { injectTimout: '1s' })`, /did you mean injectTimeout\?/],
    [`new ServiceDisruptor('')`, /the service is empty/],
    [`new ServiceDisruptor('web', 'shop', { injectTimeout: 30 })`, /injectTimeout is 30: it should be a text/],
    [`new ServiceDisruptor('web').targets()`, /NO_TARGET: no process has app.kubernetes.io\/name=web/],
    [`new ServiceDisruptor('web').injectHTTPFaults({ averageDelay: '1s' }, '1s')`, /NO_TARGET/],
    [`new ServiceDisruptor('web').injectHTTPFaults({ averageDelay: '1s' }, 10)`, /duration is 10: it should be a text/],
    [`new ServiceDisruptor('web').injectHTTPFaults({ averageDelay: '1s' }, '2h')`, /duration is 2h: at most 3600s/],
    [`new ServiceDisruptor('web').injectHTTPFaults({ errorRate: 0.1 }, '1s')`, /errorCode is missing/],
    [`new ServiceDisruptor('web').injectHTTPFaults({ averageDelay: '1s' }, '1s', { proxyport: 1 })`, /proxyPort/],
    [`new ServiceDisruptor('web').injectGrpcFaults({ errorRate: 1, statusCode: 4 }, '1s')`, /only these can be/],
    [`new ServiceDisruptor('web').terminatePods({ cuont: 1 })`, /did you mean count\?/],
  ];
  const env = { PADO_AGENT_URL: agent.url, PADO_AGENT_TOKEN: agent.token };
  const said = await calls(env, ...cases.map(([text]) => text));
  for (const [index, [text, message]] of cases.entries()) t.match(said[index], message, text);
  t.match((await call('GET', '/v1/faults')).body, { items: [] });
});

t.test('an agent that is not there, or that refuses', async (t) => {
  const { agent } = await testAgent(t);
  const targets = `new ServiceDisruptor('web').targets()`;
  const nowhere = { PADO_AGENT_URL: 'http://127.0.0.1:1' };
  t.match(await calls({ ...nowhere, PADO_AGENT_TOKEN: 'x' }, targets), [
    /AGENT_UNREACHABLE: the agent at .*:1 does not/,
  ]);
  t.match(await calls(nowhere, targets), [/wants a token: set PADO_AGENT_TOKEN or PADO_AGENT_TOKEN_FILE/]);
  t.match(await calls({ ...nowhere, PADO_AGENT_TOKEN_FILE: 'none' }, targets), [/none, which cannot be read/]);
  const wrong = { PADO_AGENT_URL: agent.url, PADO_AGENT_TOKEN: 'wrong' };
  t.match(await calls(wrong, targets), [/UNAUTHORIZED: the agent at .* answered GET \/v1\/targets with 401/]);
});

t.test('on Kubernetes a fault is a Fault of the namespace', async (t) => {
  const cluster = await fakeApiServer(t, {
    services: { web: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] } },
    pods: [
      { name: 'web-1', labels: { app: 'web', 'pod-template-hash': '1' }, port: 8080 },
      { name: 'web-2', labels: { app: 'web', 'pod-template-hash': '2' }, port: 8080 },
    ],
  });
  const env = { KUBERNETES_API: cluster.url, KUBERNETES_TOKEN: 'secret' };
  const said = await calls(
    env,
    `new ServiceDisruptor('web', 'shop').targets()`,
    `new ServiceDisruptor('web', 'shop').injectHTTPFaults({ port: 80, averageDelay: '1s' }, '1s')`,
    `new PodDisruptor({ namespace: 'shop', select: { labels: { app: 'web' } }, exclude: { labels: { 'pod-template-hash': '2' } } }).injectHTTPFaults({ averageDelay: '1s' }, '1s')`,
    `new ServiceDisruptor('web', 'shop').terminatePods({ count: '50%' })`,
    `new ServiceDisruptor('wbe', 'shop').targets()`,
    `new ServiceDisruptor('web', 'shop').injectHTTPFaults({ port: 81, averageDelay: '1s' }, '1s')`,
    `new PodDisruptor({ namespace: 'closed', select: { labels: { app: 'web' } } }).targets()`,
  );
  t.same(said.slice(0, 4), ['["web-1","web-2"]', '"done"', '"done"', '["web-1"]']);
  t.match(said.slice(4), [
    /NOT_FOUND: there is no Service wbe in the namespace shop/,
    /INVALID: the Service web has no port 81: it has 80/,
    /FORBIDDEN: .* with 403: no right in closed/,
  ]);
  const [slow, one, killed] = cluster.created;
  const template = { apiVersion, kind: 'Fault', metadata: { namespace: 'shop' } };
  t.match(slow, {
    ...template,
    spec: {
      target: { selector: { matchLabels: { app: 'web' } } },
      ttl: '1000ms',
      effects: [{ kind: 'latency', match: { port: 8080 } }],
    },
  });
  t.notOk(slow?.spec.leaseName, 'a Fault there ends by its ttl');
  t.match(one?.spec.target.selector.matchLabels, { app: 'web', 'pod-template-hash': '1' });
  t.match(killed?.spec, { target: { mode: 'fixed', value: 1 }, effects: [{ kind: 'kill' }] });
  t.same(cluster.left(), [], 'they are deleted again');
  t.same(cluster.tokens, ['Bearer secret']);
});

t.test('a Fault that the cluster refuses is an error with its reason', async (t) => {
  const cluster = await fakeApiServer(t, {
    services: { web: { selector: { app: 'web' } } },
    pods: [{ name: 'web-1', labels: { app: 'web' }, port: 80 }],
    refusal: 'at most 0 pods may be hit',
  });
  const [said] = await calls(
    { KUBERNETES_API: cluster.url },
    `new ServiceDisruptor('web', 'shop').injectHTTPFaults({ averageDelay: '1s' }, '1s')`,
  );
  t.match(said, /ERR_PADO_REFUSED: the fault k6-.* was refused: at most 0 pods may be hit/);
  t.same(cluster.left(), []);
});
