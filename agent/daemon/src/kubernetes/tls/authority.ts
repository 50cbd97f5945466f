import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { keyId, writeCertificate } from './certificate.ts';

export const dayMs = 86_400_000;
/** Clocks of a cluster may differ by this much: a certificate is valid from an hour before it is made. */
export const skewMs = 3_600_000;
const lifetimeMs = 365 * dayMs;

/** A CA: its certificate and its private key, in PEM. */
export interface Authority {
  readonly cert: string;
  readonly key: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** Follows from the key, so that a certificate that is made anew for it is trusted wherever the old one is. */
export const authorityName = (key: KeyObject): string => `pado-agent-ca-${keyId(key).toString('hex').slice(0, 12)}`;

/** When a certificate is valid, in Unix ms. */
export const validityOf = (certificate: X509Certificate) => ({
  notBeforeMs: Date.parse(certificate.validFrom),
  notAfterMs: Date.parse(certificate.validTo),
});

/** A CA of one year over a key. */
export function certify(key: KeyObject, nowMs: number): Authority {
  const name = authorityName(key);
  const notBeforeMs = nowMs - skewMs;
  const cert = writeCertificate({
    subject: name,
    issuer: name,
    key,
    signer: key,
    notBeforeMs,
    notAfterMs: notBeforeMs + lifetimeMs,
  });
  const validity = validityOf(new X509Certificate(cert));
  return { cert, key: key.export({ type: 'pkcs8', format: 'pem' }).toString(), ...validity };
}

/** A CA of one year over a new P-256 key. */
export const makeAuthority = (nowMs: number): Authority =>
  certify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, nowMs);

/** A private key of the curve P-256. @throws Error that says why it is none */
export function readKey(pem: string): KeyObject {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('it is no private key of the curve P-256');
  return key;
}

/** Why this certificate cannot be a CA's over its key, or undefined when it can. */
export function faultOf(certificate: X509Certificate, key: KeyObject, nowMs: number): string | undefined {
  if (!certificate.ca) return 'it is no CA';
  if (!certificate.checkPrivateKey(key)) return 'it belongs to another key';
  if (certificate.subject !== `CN=${authorityName(key)}`) return 'its subject is not the one this agent writes';
  if (!certificate.verify(certificate.publicKey)) return 'its signature is wrong';
  if (validityOf(certificate).notBeforeMs > nowMs) return 'it is not valid yet';
  return undefined;
}
