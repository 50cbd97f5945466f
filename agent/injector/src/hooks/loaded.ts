import { load } from '../host/load.ts';

/**
 * A built-in module that the host has loaded. `https` costs 8 MiB in a program that has no TLS, so what the host does
 * not use is never touched.
 */
function loaded<T>(name: string): T | undefined {
  const list = Reflect.get(process, 'moduleLoadList') as readonly string[] | undefined;
  return list?.includes(`NativeModule ${name}`) === false ? undefined : (load(`node:${name}`) as T);
}

export const loadedHttps = (): typeof import('node:https') | undefined => loaded('https');
export const loadedHttp2 = (): typeof import('node:http2') | undefined => loaded('http2');

export const http = load('node:http') as typeof import('node:http');
