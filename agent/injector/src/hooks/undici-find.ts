import Module from 'node:module';

const dispatcherFile = /[\\/]undici[\\/]lib[\\/](dispatcher[\\/])?dispatcher-base\.js$/;
const globalDispatchers = [Symbol.for('undici.globalDispatcher.1'), Symbol.for('undici.globalDispatcher.2')];

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

/** Finds every copy of undici that is loaded: the built-in one (which fetch uses) and those in the module cache. */
export function undiciFinder(): () => object[] {
  const cache = Reflect.get(Module, '_cache') as Cache;
  let known = 0;
  let copies: object[] = [];
  return () => {
    // Touching a global of fetch makes Node load its own undici, as the host's first fetch would.
    void globalThis.Request;
    const files = Object.keys(cache);
    if (files.length !== known) {
      known = files.length;
      copies = files
        .filter((file) => dispatcherFile.test(file))
        .map((file) => (cache[file]?.exports as { prototype?: object } | undefined)?.prototype)
        .filter((prototype) => prototype !== undefined && Object.hasOwn(prototype, 'dispatch')) as object[];
    }
    const globals = globalDispatchers.flatMap((symbol) => dispatchersOf(Reflect.get(globalThis, symbol)));
    return [...new Set([...copies, ...globals])];
  };
}
