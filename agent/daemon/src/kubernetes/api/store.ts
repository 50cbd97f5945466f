import type { KubeObject } from './kube-api.ts';

export interface InformerEvent<T> {
  readonly type: 'added' | 'modified' | 'deleted';
  /** Of a deletion: as it was last, or as it was last known if only a list shows that it is gone. */
  readonly object: T;
  readonly previous?: T;
  /** True: it has just happened, a watch says so. False: a list found it, it may have happened long ago. */
  readonly isLive: boolean;
}

const keyOf = ({ metadata }: KubeObject): string => metadata.uid ?? `${metadata.namespace ?? ''}/${metadata.name}`;

/** Objects by uid, and what changes when a list or an event comes in. */
export class Store<T extends KubeObject> {
  readonly items = new Map<string, T>();
  readonly #emit: (event: InformerEvent<T>) => void;

  constructor(emit: (event: InformerEvent<T>) => void) {
    this.#emit = emit;
  }

  /** Takes in an object as it is now; one that is known in this version already says nothing. */
  put(object: T, isLive: boolean): void {
    const key = keyOf(object);
    const previous = this.items.get(key);
    if (previous !== undefined && previous.metadata.resourceVersion === object.metadata.resourceVersion) return;
    this.items.set(key, object);
    if (previous === undefined) this.#emit({ type: 'added', object, isLive });
    else this.#emit({ type: 'modified', object, previous, isLive });
  }

  remove(object: T, isLive: boolean): void {
    const key = keyOf(object);
    const previous = this.items.get(key);
    if (previous === undefined) return;
    this.items.delete(key);
    this.#emit({ type: 'deleted', object, previous, isLive });
  }

  /** Takes in a whole list. Deletions come first: an object made anew under the same name is another one. */
  replace(objects: readonly T[]): void {
    const present = new Set(objects.map(keyOf));
    for (const [key, object] of [...this.items]) if (!present.has(key)) this.remove(object, false);
    for (const object of objects) this.put(object, false);
  }
}
