import { load } from '../host/load.ts';
import type { Errors } from './undici-errors.ts';

/** The common base of undici's dispatchers, 5 to 8; the folder may have any name, for packages can be aliased. */
const dispatcherFile = /[\\/]lib[\\/](dispatcher[\\/])?dispatcher-base\.js$/;
const errorsFile = /[\\/]lib[\\/]core[\\/]errors\.js$/;
const globalDispatchers = [Symbol.for('undici.globalDispatcher.1'), Symbol.for('undici.globalDispatcher.2')];

/** One copy of undici: the prototype that has `dispatch`, and its own error classes where they can be had. */
export interface Copy {
  readonly prototype: object;
  readonly errors: Errors | undefined;
}

/**
 * The prototypes in an object's chain that have a `dispatch` of their own, but for the last: that is the abstract
 * Dispatcher, whose method only throws.
 */
function dispatchersOf(start: unknown): object[] {
  const found: object[] = [];
  for (let at = start; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at))
    if (Object.hasOwn(at, 'dispatch')) found.push(at);
  return found.slice(0, -1);
}

type Cache = Record<string, { exports?: unknown } | undefined>;

/** Everything before `lib/` in a path that fits. */
const rootOf = (file: string, pattern: RegExp): string => file.slice(0, file.search(pattern));

/** The copies in the module cache; those that were imported by ESM are there, too, for undici's own files are CommonJS. */
function copiesIn(cache: Cache, files: readonly string[]): Copy[] {
  const errors = new Map(
    files
      .filter((file) => errorsFile.test(file))
      .map((file) => [rootOf(file, errorsFile), cache[file]?.exports as Errors]),
  );
  return files
    .filter((file) => dispatcherFile.test(file))
    .flatMap((file) => {
      const prototype = (cache[file]?.exports as { prototype?: object } | undefined)?.prototype;
      if (!prototype || !Object.hasOwn(prototype, 'dispatch')) return [];
      return [{ prototype, errors: errors.get(rootOf(file, dispatcherFile)) }];
    });
}

/** Finds every copy of undici that is loaded: the built-in one (which fetch uses) and those in the module cache. */
export function undiciFinder(): () => Copy[] {
  const cache = Reflect.get(load('node:module'), '_cache') as Cache;
  let known = 0;
  let copies: Copy[] = [];
  return () => {
    // Touching a global of fetch makes Node load its own undici, as the host's first fetch would.
    void globalThis.Request;
    const files = Object.keys(cache);
    if (files.length !== known) {
      known = files.length;
      copies = copiesIn(cache, files);
    }
    const isKnown = (prototype: object) => copies.some((copy) => copy.prototype === prototype);
    const globals = new Set(globalDispatchers.flatMap((symbol) => dispatchersOf(Reflect.get(globalThis, symbol))));
    const others = [...globals].filter((prototype) => !isKnown(prototype));
    return [...copies, ...others.map((prototype) => ({ prototype, errors: undefined }))];
  };
}
