import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { run } from '../../../runner/src/cli/run.ts';
import { readSettings } from '../../../runner/src/cli/settings.ts';
import { commands } from '../../../runner/src/commands/index.ts';
import { fieldPath, ruleOf } from '../../../runner/src/kubernetes/errors.ts';
import { fakeApi, type Refuse } from './fake-api.ts';

const fault = `apiVersion: pado.dev/v1alpha1
kind: Fault
metadata: {name: slow}
spec:
  target: {selector: {matchLabels: {app.kubernetes.io/name: payments}}}
  ttl: 60s
  effects:
    - kind: latency
      direction: inbound
      delay: 1s
`;

/** One command line against a kubeconfig, with its files in a folder of their own. */
async function pado(t: Test, environment: NodeJS.ProcessEnv, ...line: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'pado-errors-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'fault.yaml'), fault);
  await writeFile(join(folder, 'experiment.yaml'), experiment);
  const output = { out: '', err: '' };
  const settings = { ...readSettings(), environment, workingDirectory: folder, project: folder };
  const exitCode = await run(commands, [...line, '--json'], settings, {
    out: (text) => (output.out += text),
    err: (text) => (output.err += text),
  });
  return { exitCode, ...JSON.parse(output.out), stderr: output.err };
}

const experiment = `title: Slow
description: For a test.
steady-state-hypothesis:
  title: Fine
  probes:
    - {type: probe, name: up, tolerance: 1, provider: {type: prometheus, query: up}}
method:
  - type: action
    name: slow payments
    provider:
      type: fault
      spec:
        target: {selector: {matchLabels: {app.kubernetes.io/name: payments}}}
        ttl: 60s
        effects:
          - kind: latency
            direction: inbound
            delay: 1s
    pauses: {after: 1}
`;

const apply = ['fault', 'apply', '--kubernetes', '-f', 'fault.yaml'];
const tryOut = ['run', '--kubernetes', '--load', 'none', '--prometheus', 'http://127.0.0.1:9', 'experiment.yaml'];

t.test('no kubeconfig', async (t) => {
  const nowhere = t.testdir({});
  t.match(await pado(t, { HOME: nowhere }, ...apply), {
    exitCode: 2,
    error: { code: 'ERR_PADO_NOT_FOUND', message: /there is no kubeconfig/ },
  });
  t.match(await pado(t, { KUBECONFIG: '/nowhere/config' }, ...apply), {
    exitCode: 2,
    error: { code: 'ERR_PADO_NOT_FOUND', message: /KUBECONFIG names \/nowhere\/config/ },
  });
});

t.test('a context that is not there', async (t) => {
  const { kubeconfig } = await fakeApi(t);
  t.match(await pado(t, { KUBECONFIG: kubeconfig }, ...apply, '--context', 'fke'), {
    exitCode: 2,
    error: { code: 'ERR_PADO_NOT_FOUND', message: /no context "fke" \(did you mean "fake"\?\); it has: fake/ },
  });
});

t.test('a file that is no kubeconfig', async (t) => {
  const folder = t.testdir({ config: 'a: [' });
  t.match(await pado(t, { KUBECONFIG: `${folder}/config` }, ...apply), {
    exitCode: 2,
    error: { code: 'ERR_PADO_INVALID', message: /the kubeconfig .*config cannot be used/ },
  });
});

t.test('options that need --kubernetes', async (t) => {
  t.match(await pado(t, {}, 'status', '--context', 'x'), {
    exitCode: 2,
    error: { code: 'ERR_PADO_USAGE', message: '--context needs --kubernetes' },
  });
  const { kubeconfig } = await fakeApi(t);
  t.match(await pado(t, { KUBECONFIG: kubeconfig }, ...tryOut, '--load', 'jop'), {
    exitCode: 2,
    error: { code: 'ERR_PADO_USAGE', message: /did you mean "job"/ },
  });
});

const refused = async (t: Test, refuse: Refuse, ...line: string[]) => {
  const { kubeconfig, refuseBy } = await fakeApi(t);
  refuseBy(refuse);
  return pado(t, { KUBECONFIG: kubeconfig }, ...line);
};

t.test('an API server that is not there', async (t) => {
  const folder = t.testdir({ config: JSON.stringify(dead) });
  t.match(await pado(t, { KUBECONFIG: `${folder}/config` }, ...apply), {
    exitCode: 5,
    error: { code: 'ERR_PADO_KUBERNETES', message: /http:\/\/127\.0\.0\.1:9 does not answer .*ECONNREFUSED/ },
  });
});

const dead = {
  clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:9', 'insecure-skip-tls-verify': true } }],
  users: [{ name: 'u', user: {} }],
  contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
  'current-context': 'x',
};

t.test('a cluster without the agent', async (t) => {
  const unknown: Refuse = ({ path }) =>
    path.includes('pado.dev') ? { status: 404, body: '404 page not found\n' } : undefined;
  for (const line of [apply, tryOut])
    t.match(await refused(t, unknown, ...line), {
      exitCode: 5,
      error: { code: 'ERR_PADO_KUBERNETES', message: /helm install pado charts\/agent -n pado/ },
    });
});

t.test('a rule of RBAC that is missing', async (t) => {
  const message = 'faults.pado.dev is forbidden: User "me" cannot create resource "faults" in API group "pado.dev"';
  const forbid: Refuse = ({ method }) =>
    method === 'POST' ? { status: 403, body: { reason: 'Forbidden', message } } : undefined;
  for (const line of [apply, tryOut])
    t.match(await refused(t, forbid, ...line), {
      exitCode: 5,
      error: {
        code: 'ERR_PADO_FORBIDDEN',
        message:
          /apiGroups: \["pado.dev"\], resources: \["faults"\], verbs: \["create"\]\} in a Role of the namespace shop/,
      },
    });
});

t.test('credentials that are not known', async (t) => {
  t.match(await refused(t, () => ({ status: 401, body: { message: 'Unauthorized' } }), ...apply), {
    exitCode: 5,
    error: { code: 'ERR_PADO_UNAUTHORIZED' },
  });
});

t.test('a Fault that the CRD refuses is told by the line of the file', async (t) => {
  const refuse: Refuse = ({ method }) =>
    method === 'POST'
      ? {
          status: 422,
          body: {
            reason: 'Invalid',
            message: 'Fault.pado.dev "slow" is invalid',
            details: {
              causes: [{ field: 'spec.effects[0].delay', message: 'Invalid value: "string": a delay is at most 1m' }],
            },
          },
        }
      : undefined;
  t.match(await refused(t, refuse, ...apply), {
    exitCode: 2,
    error: { code: 'ERR_PADO_INVALID', message: 'fault.yaml:10:14: a delay is at most 1m' },
  });
  t.match(await refused(t, refuse, ...tryOut), {
    exitCode: 2,
    error: { code: 'ERR_PADO_INVALID', message: /experiment\.yaml:18:20: a delay is at most 1m/ },
  });
});

t.test('a namespace without the shop', async (t) => {
  t.match(await refused(t, () => undefined, ...tryOut), {
    exitCode: 2,
    error: {
      code: 'ERR_PADO_NOT_FOUND',
      message: /no pod in the namespace shop has the label pado.dev\/inject=enabled/,
    },
  });
  const { kubeconfig } = await fakeApi(t);
  t.match(await pado(t, { KUBECONFIG: kubeconfig }, 'run', '--kubernetes', 'experiment.yaml'), {
    exitCode: 2,
    error: { code: 'ERR_PADO_NOT_FOUND', message: /no Service shop\/prometheus.*--prometheus URL/ },
  });
});

t.test('fields and rules in words', async (t) => {
  t.same(fieldPath('spec.effects[10].match'), ['spec', 'effects', 10, 'match']);
  t.same(fieldPath('spec.target.selector.matchLabels[app.kubernetes.io/name]').at(-1), 'app.kubernetes.io/name');
  const rule = (method: string, path: string) => ruleOf({ method, path, server: '' });
  t.match(rule('GET', '/api/v1/namespaces/a/pods'), /apiGroups: \[""\], resources: \["pods"\], verbs: \["list"\]/);
  t.match(rule('GET', '/api/v1/namespaces/a/pods/b/log'), /resources: \["pods\/log"\], verbs: \["get"\]/);
  t.match(rule('GET', '/apis/pado.dev/v1alpha1/faults'), /verbs: \["list"\]\} in a ClusterRole/);
});
