import { syncBuiltinESMExports } from 'node:module';
import { isIP } from 'node:net';
import { load } from '../host/load.ts';
import { type Around, patch, type Undo } from '../host/patch.ts';
import { farSide, plainHost } from '../request/facts.ts';
import type { Plan } from '../request/rule.ts';
import { Wait } from '../request/wait.ts';
import type { Decide, Hook } from './index.ts';

const dns = load('node:dns') as typeof import('node:dns');

/** resolve, resolve4, resolveMx and whatever other records this Node.js asks for. */
const queriesOf = (owner: object): string[] =>
  Object.getOwnPropertyNames(owner).filter((name) => /^resolve([A-Z0-9]|$)/.test(name));

/** libuv's numbers for getaddrinfo's own errors. */
const errnos = { ENOTFOUND: -3008, EAI_AGAIN: -3001 } as const;
/** What c-ares says where getaddrinfo says that it could not ask. */
const queryCodes = { ENOTFOUND: 'ENOTFOUND', EAI_AGAIN: 'ETIMEOUT' } as const;

const syscallOf = (method: string, args: readonly unknown[]): string => {
  if (method === 'resolve') return `query${typeof args[1] === 'string' ? capital(args[1]) : 'A'}`;
  const type = method.slice('resolve'.length);
  return `query${type === '4' ? 'A' : type === '6' ? 'Aaaa' : type}`;
};
const capital = (type: string): string => type.charAt(0) + type.slice(1).toLowerCase();

function failure(method: string, args: readonly unknown[], code: keyof typeof errnos): Error {
  const hostname = String(args[0]);
  const isLookup = method === 'lookup';
  const syscall = isLookup ? 'getaddrinfo' : syscallOf(method, args);
  const shown = isLookup ? code : queryCodes[code];
  const error = new Error(`${syscall} ${shown} ${hostname}`);
  return Object.assign(error, { errno: isLookup ? errnos[code] : undefined, code: shown, syscall, hostname });
}

/** The plan for a look-up of a name; an address is not looked up, and what is no name is for dns to refuse. */
function planFor(decide: Decide, host: unknown): Plan | undefined {
  return typeof host === 'string' && host !== '' && isIP(host) === 0
    ? decide(() => farSide({ host: plainHost(host), port: undefined }))
    : undefined;
}

function wait({ before, after }: Plan, next: () => void): void {
  const parts = [...before, ...after];
  if (parts.length > 0) new Wait(parts, next);
  else process.nextTick(next);
}

const withCallback =
  (decide: Decide, method: string): Around =>
  (original, self, args) => {
    const callback = args.at(-1);
    const plan = typeof callback === 'function' ? planFor(decide, args[0]) : undefined;
    if (!plan) return Reflect.apply(original, self, args);
    const { outcome } = plan;
    wait(plan, () => {
      if (outcome?.kind === 'not-found') (callback as (error: Error) => void)(failure(method, args, outcome.code));
      else Reflect.apply(original, self, args);
    });
    // What the real look-up returns only serves to tell requests apart.
    return {};
  };

const withPromise =
  (decide: Decide, method: string): Around =>
  (original, self, args) => {
    const plan = planFor(decide, args[0]);
    if (!plan) return Reflect.apply(original, self, args);
    const { outcome } = plan;
    return new Promise((resolve, reject) => {
      wait(plan, () => {
        if (outcome?.kind === 'not-found') reject(failure(method, args, outcome.code));
        else resolve(Reflect.apply(original, self, args));
      });
    });
  };

/**
 * Look-ups of host names: by dns and dns.promises, by their resolvers, and by all that connects (node:net asks
 * dns.lookup each time). A function that the host took out of `dns` before the fault was armed is out of reach.
 */
export function dnsHook(decide: Decide): Hook {
  let undos: Undo[] = [];
  return {
    scan: () => {
      if (undos.length > 0) return;
      const { promises } = dns;
      const owners: readonly [owner: object, wrap: typeof withCallback][] = [
        [dns, withCallback],
        [dns.Resolver.prototype, withCallback],
        [promises, withPromise],
        [promises.Resolver.prototype, withPromise],
      ];
      undos = owners.flatMap(([owner, wrap]) =>
        ['lookup', ...queriesOf(owner)].map((method) => patch(owner, method, wrap(decide, method))),
      );
      // The named exports of ES modules are copies.
      syncBuiltinESMExports();
    },
    remove: () => {
      for (const undo of undos) undo();
      undos = [];
      syncBuiltinESMExports();
    },
  };
}
