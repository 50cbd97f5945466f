import type { Handler } from './undici-handler.ts';

type Member = (...args: never[]) => unknown;

/** A handler like the given one but for some members. A proxy, for handlers keep private fields. */
export function withMembers(handler: Handler, members: Record<string, Member>): Handler {
  return new Proxy(handler, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (typeof key === 'string' && members[key]) || value.bind(target);
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
}
