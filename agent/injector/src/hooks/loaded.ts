import http from 'node:http';
import { createRequire } from 'node:module';

/** `https` costs 8 MiB in a program that has no TLS, so it is only touched once the host has loaded it. */
export function loadedHttps(): typeof import('node:https') | undefined {
  const list = Reflect.get(process, 'moduleLoadList') as readonly string[] | undefined;
  return list?.includes('NativeModule https') === false
    ? undefined
    : (createRequire(process.execPath)('node:https') as typeof import('node:https'));
}

export { http };
