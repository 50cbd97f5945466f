import { type KubeApi, KubeError, type KubeObject } from '../../../../../agent/daemon/src/kubernetes/api/kube-api.ts';

type Stored = KubeObject & { readonly data?: Readonly<Record<string, string>> };

/** Objects in memory with the API server's rules for versions; `refuse` may fail a request before it acts. */
export function fakeApi(wallNow?: () => number) {
  const objects = new Map<string, Stored>();
  const calls: string[] = [];
  let version = 0;
  const fake = {
    objects,
    calls,
    writes: () => calls.filter((call) => !call.startsWith('GET')),
    refuse: (_method: string, _path: string): KubeError | undefined => undefined,
  };
  const put = (path: string, object: Stored): Stored => {
    version += 1;
    const stored = structuredClone({ ...object, metadata: { ...object.metadata, resourceVersion: String(version) } });
    objects.set(path, stored);
    return stored;
  };
  const handle = (method: string, path: string, body: Stored): Stored => {
    const failure = fake.refuse(method, path);
    if (failure) throw failure;
    if (method === 'POST') {
      const one = `${path}/${body.metadata.name}`;
      if (objects.has(one)) throw new KubeError(409, 'AlreadyExists', 'already exists');
      return put(one, body);
    }
    const stored = objects.get(path);
    if (!stored) throw new KubeError(404, 'NotFound', 'not found');
    if (method === 'GET') return structuredClone(stored);
    if (body.metadata.resourceVersion !== stored.metadata.resourceVersion)
      throw new KubeError(409, 'Conflict', 'the object has been modified');
    return put(path, body);
  };
  const api: KubeApi = {
    request: async <T>(method: string, path: string, { body }: { body?: unknown } = {}) => {
      calls.push(`${method} ${path}`);
      await new Promise(setImmediate);
      return handle(method, path, body as Stored) as T;
    },
    watch: () => Promise.reject(new Error('not faked')),
    serverNow: () => wallNow?.(),
    close: () => {},
  };
  return Object.assign(fake, { api, put });
}

export type FakeApi = ReturnType<typeof fakeApi>;
