import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { apiVersion, type FaultReport, keys, type ReportedTarget } from '@pado/fault';
import type { Test } from 'tap';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  // biome-ignore lint/suspicious/noExplicitAny: whatever a test looks at
  readonly body: any;
}

// biome-ignore lint/suspicious/noExplicitAny: objects of any kind
type Stored = any;

/** A refusal, in place of what would be done. */
export type Refuse = (seen: Seen) => { readonly status: number; readonly body: object | string } | undefined;

const status = (code: number, reason: string, message: string) => ({
  status: code,
  body: { kind: 'Status', reason, message, details: { kind: 'things' } },
});

/** An API server that keeps objects by their path, as the real one does as far as the runner can see. */
export async function fakeApi(t: Test) {
  const objects = new Map<string, Stored>();
  const seen: Seen[] = [];
  let version = 0;
  let refuse: Refuse = () => undefined;
  const waiting = new Set<() => void>();

  const put = (path: string, object: Stored): Stored => {
    const { metadata, ...rest } = object;
    const known = objects.get(path)?.metadata;
    const stored = {
      ...rest,
      metadata: {
        uid: randomUUID(),
        creationTimestamp: new Date().toISOString(),
        ...known,
        ...metadata,
        resourceVersion: String(++version),
      },
    };
    objects.set(path, stored);
    return stored;
  };

  const answer = (one: Seen): { status: number; body: object | string } => {
    const { method, path, query, body } = one;
    const refused = refuse(one);
    if (refused !== undefined) return refused;
    const known = objects.get(path);
    const missing = status(404, 'NotFound', `things "${path.split('/').at(-1)}" not found`);
    switch (method) {
      case 'POST': {
        const at = `${path}/${body.metadata.name}`;
        if (objects.has(at)) return status(409, 'AlreadyExists', `"${body.metadata.name}" already exists`);
        if (query.get('dryRun') === 'All') return { status: 201, body };
        const namespace = /\/namespaces\/([^/]+)/.exec(path)?.[1];
        return { status: 201, body: put(at, { ...body, metadata: { ...body.metadata, namespace } }) };
      }
      case 'PUT':
        if (known === undefined) return missing;
        if (body.metadata.resourceVersion !== known.metadata.resourceVersion)
          return status(409, 'Conflict', 'the object has been modified');
        return { status: 200, body: put(path, body) };
      case 'PATCH': {
        if (known === undefined) return missing;
        const merged = { ...known };
        for (const [key, value] of Object.entries(body)) merged[key] = { ...known[key], ...(value as object) };
        return { status: 200, body: put(path, merged) };
      }
      case 'DELETE':
        if (!objects.delete(path)) return missing;
        return { status: 200, body: known };
      default: {
        if (known !== undefined) return { status: 200, body: known };
        // A list ends in the plural of its kind; the name of an object follows it.
        if (!/\/(faults|faultreports|leases|pods|services|configmaps|jobs)$/.test(path)) return missing;
        const [, prefix = '', kind = ''] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
        const inList = (at: string) => at.startsWith(`${prefix}/`) && new RegExp(`/${kind}/[^/]+$`).test(at);
        const wanted = (query.get('labelSelector') ?? '').split(',').filter(Boolean);
        const items = [...objects].flatMap(([at, object]) => {
          const fits = wanted.every(
            (pair) => object.metadata.labels?.[pair.split('=')[0] ?? ''] === pair.split('=')[1],
          );
          return inList(at) && fits ? [object] : [];
        });
        return { status: 200, body: { kind: 'List', metadata: {}, items } };
      }
    }
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake');
    const raw = await text(request);
    const one: Seen = {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      body: raw === '' ? undefined : JSON.parse(raw),
    };
    const { status: code, body } = answer(one);
    const isText = typeof body === 'string';
    response.writeHead(code, { 'content-type': isText ? 'text/plain' : 'application/json' });
    response.end(isText ? body : JSON.stringify(body));
    seen.push(one);
    for (const look of waiting) look();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'fake', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'me', user: { token: 'secret' } }],
    contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'me', namespace: 'shop' } }],
    'current-context': 'fake',
  };
  const folder = await mkdtemp(join(tmpdir(), 'pado-kubeconfig-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'kubeconfig'), JSON.stringify(kubeconfig));

  const faultPath = (name: string) => `/apis/${apiVersion}/namespaces/shop/faults/${name}`;
  return {
    url,
    kubeconfig: `${folder}/kubeconfig`,
    objects,
    seen,
    put,
    fault: (name: string): Stored => objects.get(faultPath(name)),
    refuseBy: (by: Refuse) => {
      refuse = by;
    },
    /** What the agent of a node would write. */
    report: (name: string, targets: readonly Partial<ReportedTarget>[], more: Partial<FaultReport> = {}) => {
      const { uid } = objects.get(faultPath(name)).metadata;
      put(`/apis/${apiVersion}/namespaces/shop/faultreports/${name}.n1`, {
        metadata: { name: `${name}.n1`, labels: { [keys.faultUid]: uid } },
        fault: { name, uid },
        node: 'n1',
        renewTime: new Date().toISOString(),
        targets: targets.map((target) => ({
          ...{
            pod: 'payments-1',
            podUid: 'p1',
            pid: 7,
            instance: 'i1',
            name: 'payments',
            evidence: [],
            recovered: false,
          },
          ...target,
        })),
        ...more,
      });
    },
    injectedPod: (name: string) =>
      put(`/api/v1/namespaces/shop/pods/${name}-1`, {
        metadata: { name: `${name}-1`, labels: { [keys.inject]: 'enabled', 'app.kubernetes.io/name': name } },
        spec: { nodeName: 'n1', containers: [{ name: 'app', ports: [{ name: 'http', containerPort: 8080 }] }] },
        status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
      }),
    /** Resolves with the first request, past or to come, that fits. */
    until: (fits: (one: Seen) => boolean): Promise<Seen> =>
      new Promise((resolve) => {
        const look = () => {
          const found = seen.find(fits);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

export type FakeApi = Awaited<ReturnType<typeof fakeApi>>;
