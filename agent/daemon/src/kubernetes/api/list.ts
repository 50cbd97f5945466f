import { type KubeApi, KubeError, type KubeObject, type RequestOptions } from './kube-api.ts';

const pageSize = 500;
/** A list in one piece may be so large; a larger one is asked for in pages. */
const maxWholeBytes = 8 << 20;
const timeoutMs = 30_000;

interface Page<T> {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly T[] | null;
}

export interface ListOptions {
  readonly query?: NonNullable<RequestOptions['query']>;
  readonly accept?: string;
  readonly signal?: AbortSignal;
  /**
   * '0': whatever the API server has in memory, which may be old; a version: no older than that, from memory; '': the
   * newest. The first two are answered from the server's memory, which matters when a thousand agents ask at once; the
   * server pages only the third then, so no limit is set for a version.
   */
  readonly from: string;
}

export interface Listed<T> {
  readonly items: T[];
  readonly resourceVersion: string;
}

/** Everything at a path, page after page; `keep` takes what it needs of each object, so that the rest can be freed. */
export async function list<Raw extends KubeObject, T>(
  api: Pick<KubeApi, 'request'>,
  path: string,
  keep: (object: Raw) => T,
  { query = {}, accept, signal, from }: ListOptions,
): Promise<Listed<T>> {
  const items: T[] = [];
  let where: Readonly<Record<string, string | number>> = from === '' ? {} : { resourceVersion: from };
  if (from === '' || from === '0') where = { ...where, limit: pageSize };
  for (;;) {
    const page = await api.request<Page<Raw>>('GET', path, {
      query: { ...query, ...where },
      timeoutMs,
      ...(from === '' ? {} : { maxBytes: maxWholeBytes }),
      ...(accept === undefined ? {} : { accept }),
      ...(signal === undefined ? {} : { signal }),
    });
    const { resourceVersion, continue: next } = page?.metadata ?? {};
    if (resourceVersion === undefined)
      throw new KubeError(0, 'BadAnswer', `GET ${path}: the answer is not a list with a resourceVersion`);
    for (const item of page.items ?? []) items.push(keep(item));
    if (!next) return { items, resourceVersion };
    where = { limit: pageSize, continue: next };
  }
}
