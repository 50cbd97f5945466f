export type Undo = () => void;
type Method = (this: unknown, ...args: unknown[]) => unknown;

/** What a patched method does instead; `original` is the method as it was. */
export type Around = (original: Method, self: unknown, args: unknown[]) => unknown;

/**
 * Replaces a method until the undo is called. Undoing restores the property exactly (an inherited one is inherited
 * again). When someone else has wrapped ours in the meantime, ours stays in the chain and only passes calls on.
 */
export function patch(target: object, key: string, around: Around): Undo {
  const before = Object.getOwnPropertyDescriptor(target, key);
  const original: unknown = Reflect.get(target, key);
  if (typeof original !== 'function' || before?.configurable === false) return () => {};
  const method = original as Method;
  let active = true;
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    return active ? around(method, this, args) : Reflect.apply(method, this, args);
  };
  Object.defineProperty(wrapper, 'name', { value: method.name, configurable: true });
  Object.defineProperty(wrapper, 'length', { value: method.length, configurable: true });
  // Such as util.promisify.custom, by which a method says how it is promisified.
  for (const symbol of Object.getOwnPropertySymbols(method))
    Object.defineProperty(wrapper, symbol, Object.getOwnPropertyDescriptor(method, symbol)!);
  const enumerable = before?.enumerable ?? false;
  Object.defineProperty(target, key, { value: wrapper, writable: true, configurable: true, enumerable });
  return () => {
    if (!active) return;
    active = false;
    if (Object.getOwnPropertyDescriptor(target, key)?.value !== wrapper) return;
    if (before) Object.defineProperty(target, key, before);
    else Reflect.deleteProperty(target, key);
  };
}
