import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { durationMs, type Fault, type FaultResourceStatus } from '@pado/fault';
import type { Test } from 'tap';

interface FakePod {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of its container, by the name `http`. */
  readonly port: number;
}

interface Cluster {
  readonly services: Readonly<Record<string, object>>;
  readonly pods: readonly FakePod[];
  /** Why every Fault is refused. */
  readonly refusal?: string;
}

/** The API server of a cluster whose agents do what a Fault says at once, as far as a status tells. */
export async function fakeApiServer(t: Test, { services, pods, refusal }: Cluster) {
  const created: Fault[] = [];
  const tokens = new Set<string | undefined>();
  const faults = new Map<string, { readonly fault: Fault; readonly at: number }>();
  const statusOf = ({ fault, at }: { fault: Fault; at: number }): Partial<FaultResourceStatus> => {
    const isOver = Date.now() - at >= durationMs(fault.spec.ttl);
    const recovered = { type: 'AllRecovered', status: isOver ? 'True' : 'False' } as const;
    return {
      phase: refusal !== undefined ? 'Refused' : isOver ? 'Ended' : 'Injected',
      ...(isOver ? { endReason: 'ttl' as const } : {}),
      message: refusal ?? '',
      conditions: [{ ...recovered, reason: '', message: '', lastTransitionTime: '' }],
      matched: 3,
      applied: 3,
    };
  };
  const answer = async (request: IncomingMessage): Promise<readonly [status: number, body: unknown]> => {
    tokens.add(request.headers.authorization);
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://fake');
    const [, namespace, kind, name = ''] = /\/namespaces\/([^/]+)\/([a-z]+)\/?(.*)$/.exec(pathname) ?? [];
    if (namespace === 'closed') return [403, { kind: 'Status', code: 403, message: 'no right in closed' }];
    if (kind === 'pods') {
      if (searchParams.get('labelSelector') !== 'pado.dev/inject=enabled') return [400, {}];
      return [200, { items: pods.map(podOf) }];
    }
    if (kind === 'services') {
      const spec = services[name];
      return spec === undefined ? [404, { kind: 'Status', code: 404, message: 'not found' }] : [200, { spec }];
    }
    if (kind === 'faultreports') {
      const targets = [{ pod: pods[0]?.name, state: 'lost', evidence: [{ applied: 1 }] }];
      return [200, { items: [{ targets }] }];
    }
    if (request.method === 'POST') {
      const fault = JSON.parse(await textOf(request)) as Fault;
      created.push(fault);
      faults.set(fault.metadata.name, { fault, at: Date.now() });
      return [201, fault];
    }
    const known = faults.get(name);
    if (known === undefined) return [404, {}];
    if (request.method === 'DELETE') faults.delete(name);
    const metadata = { ...known.fault.metadata, uid: 'uid' };
    return [200, { ...known.fault, metadata, status: statusOf(known) }];
  };
  const server = createServer((request, response) => {
    answer(request).then(
      ([status, body]) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      },
      (error) => response.destroy(error as Error),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    created,
    left: () => [...faults.keys()],
    get tokens() {
      return [...tokens];
    },
  };
}

const podOf = ({ name, labels, port }: FakePod) => ({
  metadata: { name, labels },
  spec: { containers: [{ ports: [{ name: 'http', containerPort: port }] }] },
  status: { phase: 'Running' },
});

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
