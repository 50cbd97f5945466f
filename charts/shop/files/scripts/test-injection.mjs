// Sets a fault on the gateway that only requests of this test match, sees it bite, ends it, and sees it gone.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

process.on('uncaughtException', ({ message }) => {
  console.error(message);
  process.exit(1);
});

const { BASE_URL, NAMESPACE, AGENT_NAMESPACE, RELEASE } = process.env;
const token = await readFile('/var/run/secrets/kubernetes.io/serviceaccount/token', 'utf8');
const faults = `https://kubernetes.default.svc/apis/pado.dev/v1alpha1/namespaces/${NAMESPACE}/faults`;
const name = `helm-test-${Date.now()}`;
const withinMs = 20_000;

async function kubernetes(method, url, body) {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  const hint =
    response.status === 404
      ? ` Is the agent installed? helm install pado charts/agent -n ${AGENT_NAMESPACE} --create-namespace`
      : '';
  throw new Error(`${method} ${url}: ${answer.message}${hint}`);
}

/** Resolves once a request of this test is answered with that status; each has a connection of its own. */
async function until(status, what) {
  const endsAt = performance.now() + withinMs;
  let seen;
  while (performance.now() < endsAt) {
    const signal = AbortSignal.timeout(5_000);
    const headers = { 'pado-helm-test': name, connection: 'close' };
    seen = await fetch(`${BASE_URL}/api/v1/products?limit=1`, { headers, signal }).then(
      (response) => response.status,
      (error) => error.message,
    );
    if (seen === status) return console.log(`${what}: ${status}`);
    await sleep(250);
  }
  const { status: told } = await kubernetes('GET', `${faults}/${name}`).catch(() => ({}));
  throw new Error(
    `${what}: expected ${status} within ${withinMs / 1000} s, last seen ${seen}. ` +
      `The fault says: ${JSON.stringify(told?.message ?? 'nothing')}. ` +
      `Is an agent ready on the gateway's node? kubectl get pods -n ${AGENT_NAMESPACE} -o wide`,
  );
}

await kubernetes('POST', faults, {
  apiVersion: 'pado.dev/v1alpha1',
  kind: 'Fault',
  metadata: { name },
  spec: {
    target: {
      selector: { matchLabels: { 'app.kubernetes.io/name': 'gateway', 'app.kubernetes.io/instance': RELEASE } },
      mode: 'all',
    },
    ttl: '60s',
    effects: [
      {
        kind: 'error',
        layer: 'http',
        direction: 'inbound',
        match: { headers: { 'pado-helm-test': name } },
        status: 418,
      },
    ],
  },
});
try {
  await until(418, 'the fault bites');
} finally {
  await kubernetes('DELETE', `${faults}/${name}`);
}
await until(200, 'the fault has gone');
console.log('injection works');
