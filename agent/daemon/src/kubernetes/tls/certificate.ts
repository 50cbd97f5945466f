import { createHash, createPublicKey, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { bits, explicit, implicit, integer, objectId, octets, sequence, set, time, utf8, yes } from './der.ts';

const ecdsaWithSha256 = sequence(objectId('1.2.840.10045.4.3.2'));

export interface CertificateRequest {
  /** Common names. */
  readonly subject: string;
  readonly issuer: string;
  readonly key: KeyObject;
  /** The issuer's private key, of the curve P-256. */
  readonly signer: KeyObject;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** A certificate that signs others has none. */
  readonly dnsNames?: readonly string[];
}

const publicOf = (key: KeyObject): KeyObject => (key.type === 'private' ? createPublicKey(key) : key);

/** What a certificate calls a key by: 160 bits of the SHA-256 of its SubjectPublicKeyInfo (as in RFC 7093, section 2). */
export const keyId = (key: KeyObject): Buffer =>
  createHash('sha256')
    .update(publicOf(key).export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20);

const commonName = (name: string): Buffer => sequence(set(sequence(objectId('2.5.4.3'), utf8(name))));

const extension = (id: string, value: Buffer, isCritical = false): Buffer =>
  sequence(objectId(id), ...(isCritical ? [yes()] : []), octets(value));

/** Signs certificates of servers, and no further CA. */
const authorityExtensions = (): Buffer[] => [
  extension('2.5.29.19', sequence(yes(), integer(Buffer.of(0))), true),
  // keyCertSign, cRLSign.
  extension('2.5.29.15', bits(Buffer.of(0b0000_0110), 1), true),
];

const serverExtensions = (dnsNames: readonly string[]): Buffer[] => [
  extension('2.5.29.19', sequence(), true),
  // digitalSignature; serverAuth.
  extension('2.5.29.15', bits(Buffer.of(0b1000_0000), 7), true),
  extension('2.5.29.37', sequence(objectId('1.3.6.1.5.5.7.3.1'))),
  extension('2.5.29.17', sequence(...dnsNames.map((name) => implicit(2, Buffer.from(name, 'ascii'))))),
];

/** An X.509 v3 certificate in PEM, signed by ECDSA with SHA-256. */
export function writeCertificate(request: CertificateRequest): string {
  const { subject, issuer, key, signer, notBeforeMs, notAfterMs, dnsNames } = request;
  const toBeSigned = sequence(
    explicit(0, integer(Buffer.of(2))),
    integer(randomBytes(16)),
    ecdsaWithSha256,
    commonName(issuer),
    sequence(time(notBeforeMs), time(notAfterMs)),
    commonName(subject),
    publicOf(key).export({ type: 'spki', format: 'der' }),
    explicit(
      3,
      sequence(
        ...(dnsNames === undefined ? authorityExtensions() : serverExtensions(dnsNames)),
        extension('2.5.29.14', octets(keyId(key))),
        extension('2.5.29.35', sequence(implicit(0, keyId(signer)))),
      ),
    ),
  );
  const signature = sign('sha256', toBeSigned, signer);
  return new X509Certificate(sequence(toBeSigned, ecdsaWithSha256, bits(signature))).toString();
}
