import { X509Certificate } from 'node:crypto';
import { names, type ObjectMeta } from '@pado/fault';
import { type Authority, certify, faultOf, readKey, skewMs, validityOf } from './authority.ts';
import type { CaState } from './rotation.ts';

/** Since when the next CA is published: RFC 3339. */
const nextSince = 'pado.dev/ca-next-since';

export interface Secret {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  readonly metadata: ObjectMeta;
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

const encode = (text: string): string => Buffer.from(text).toString('base64');
const pemBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The state as a Secret; what else stands in `base`, such as labels, stays. */
export function toSecret({ current, next, previous }: CaState, base: Partial<Secret>, namespace: string): Secret {
  const { [nextSince]: _, ...annotations } = base.metadata?.annotations ?? {};
  const published = next && { [nextSince]: new Date(next.sinceMs).toISOString() };
  return {
    type: 'Opaque',
    ...base,
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...base.metadata, name: names.caSecret, namespace, annotations: { ...annotations, ...published } },
    data: {
      'current.crt': encode(current.cert),
      'current.key': encode(current.key),
      ...(next && { 'next.crt': encode(next.authority.cert), 'next.key': encode(next.authority.key) }),
      ...(previous.length > 0 && { 'previous.crt': encode(previous.join('')) }),
    },
  };
}

export interface SecretReading {
  /** Undefined when no key can be used. */
  readonly state?: CaState;
  /** What is damaged; then the state is not what the Secret holds, and should be written back. */
  readonly damage: readonly string[];
}

/** What a Secret holds, mended as far as its keys can be used: a key keeps the trust that pods have in it. */
export function readSecret(secret: Secret, nowMs: number): SecretReading {
  const damage: string[] = [];
  const text = (name: string): string | undefined => {
    const value = secret.data?.[name];
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString();
  };
  const authority = (role: 'current' | 'next'): Authority | undefined => {
    const [keyText, certText] = [text(`${role}.key`), text(`${role}.crt`)];
    if (role === 'next' && keyText === undefined && certText === undefined) return undefined;
    try {
      const key = readKey(keyText ?? '');
      try {
        const certificate = new X509Certificate(certText ?? '');
        const fault = faultOf(certificate, key, nowMs);
        if (fault !== undefined) throw new Error(fault);
        return { cert: certificate.toString(), key: keyText!, ...validityOf(certificate) };
      } catch (error) {
        damage.push(`${role}.crt: ${(error as Error).message}; it is made anew for the same key`);
        return certify(key, nowMs);
      }
    } catch (error) {
      damage.push(`${role}.key: ${(error as Error).message}`);
      return undefined;
    }
  };
  const previous = (text('previous.crt')?.match(pemBlock) ?? []).flatMap((pem) => {
    try {
      return [new X509Certificate(pem).toString()];
    } catch (error) {
      damage.push(`previous.crt: ${(error as Error).message}`);
      return [];
    }
  });
  const [current, next] = [authority('current'), authority('next')];
  if (current === undefined) return next === undefined ? { damage } : { state: { current: next, previous }, damage };
  if (next === undefined) return { state: { current, previous }, damage };
  const writtenMs = Date.parse(secret.metadata.annotations?.[nextSince] ?? '');
  const isCredible = writtenMs <= nowMs + skewMs;
  if (!isCredible) damage.push(`${nextSince}: it is no time in the past; the next CA counts as published now`);
  return { state: { current, next: { authority: next, sinceMs: isCredible ? writtenMs : nowMs }, previous }, damage };
}
