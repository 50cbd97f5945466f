import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { type Authority, authorityName, dayMs, skewMs } from './authority.ts';
import { writeCertificate } from './certificate.ts';

const lifetimeMs = 7 * dayMs;

/** What the server shows to injectors; the key lives in this process alone. */
export interface Leaf {
  readonly cert: string;
  readonly key: string;
  /** The certificate of the CA that signed it. */
  readonly signer: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** Every name that a pod may call the Service by. */
export const namesOf = (service: string, namespace: string, clusterDomain: string): readonly string[] => [
  service,
  `${service}.${namespace}`,
  `${service}.${namespace}.svc`,
  `${service}.${namespace}.svc.${clusterDomain}`,
];

/** A certificate of 7 days with a new key, or of less when its CA ends before. */
export function makeLeaf(authority: Authority, dnsNames: readonly string[], nowMs: number): Leaf {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = createPrivateKey(authority.key);
  const validity = {
    notBeforeMs: nowMs - skewMs,
    notAfterMs: Math.min(nowMs + lifetimeMs, authority.notAfterMs),
  };
  const cert = writeCertificate({
    // The longest name may exceed the 64 characters of a common name; clients look at dnsNames alone.
    subject: 'pado-agent',
    issuer: authorityName(signer),
    key: privateKey,
    signer,
    dnsNames,
    ...validity,
  });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { cert, key, signer: authority.cert, ...validity };
}
