import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import t from 'tap';
import { dayMs, makeAuthority } from '../../../../../agent/daemon/src/kubernetes/tls/authority.ts';
import { integer, objectId, time, utf8 } from '../../../../../agent/daemon/src/kubernetes/tls/der.ts';
import { makeLeaf, namesOf } from '../../../../../agent/daemon/src/kubernetes/tls/leaf.ts';

const names = namesOf('pado-agent', 'pado', 'cluster.local');

t.test('DER as X.690 has it', async (t) => {
  const hex = (element: Buffer) => element.toString('hex');
  t.equal(hex(integer(Buffer.of(0, 0, 1))), '020101');
  t.equal(hex(integer(Buffer.of(0))), '020100');
  t.equal(hex(integer(Buffer.of(0x80))), '02020080', 'stays positive');
  t.equal(hex(objectId('1.2.840.10045.4.3.2')), '06082a8648ce3d040302');
  t.equal(hex(utf8('a'.repeat(127))).slice(0, 4), '0c7f');
  t.equal(hex(utf8('a'.repeat(128))).slice(0, 6), '0c8180');
  t.equal(hex(utf8('a'.repeat(300))).slice(0, 8), '0c82012c');
  t.equal(
    time(Date.UTC(2049, 11, 31, 23, 59, 59))
      .subarray(2)
      .toString(),
    '491231235959Z',
  );
  t.equal(
    time(Date.UTC(2050, 0, 1))
      .subarray(2)
      .toString(),
    '20500101000000Z',
  );
});

t.test('the CA and the certificate are what they should be', async (t) => {
  const now = Date.UTC(2030, 0, 1);
  const authority = makeAuthority(now);
  const ca = new X509Certificate(authority.cert);
  t.equal(ca.ca, true);
  t.ok(ca.verify(ca.publicKey));
  t.equal(authority.notAfterMs - authority.notBeforeMs, 365 * dayMs);
  const leaf = makeLeaf(authority, names, now);
  const certificate = new X509Certificate(leaf.cert);
  t.equal(certificate.ca, false);
  t.ok(certificate.verify(ca.publicKey));
  t.ok(certificate.checkIssued(ca));
  t.equal(certificate.subjectAltName, names.map((name) => `DNS:${name}`).join(', '));
  t.same(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1'], 'servers only');
  t.equal(Date.parse(certificate.validTo), now + 7 * dayMs);
  t.ok(Date.parse(certificate.validFrom) <= now - 5 * 60_000, 'a clock that is 5 minutes behind accepts it');
  t.equal(
    makeLeaf(authority, names, authority.notAfterMs - dayMs).notAfterMs,
    authority.notAfterMs,
    'ends with its CA',
  );
});

t.test('a TLS client that knows the CA accepts the server by each of its names, and by no other', async (t) => {
  const now = Date.now();
  const [authority, stranger] = [makeAuthority(now), makeAuthority(now)];
  const { cert, key } = makeLeaf(authority, names, now);
  const server = createServer({ cert, key }, (socket) => socket.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const answer = async (servername: string, ca: string): Promise<string> => {
    const socket = connect({ host: '127.0.0.1', port, servername, ca });
    try {
      await once(socket, 'secureConnect');
      return 'accepted';
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? '';
    } finally {
      socket.destroy();
    }
  };
  for (const name of names) t.equal(await answer(name, authority.cert), 'accepted', name);
  t.equal(await answer(names[2]!, stranger.cert + authority.cert), 'accepted', 'in a bundle');
  t.equal(await answer(names[2]!, stranger.cert), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  t.equal(await answer('pado-agent.other.svc', authority.cert), 'ERR_TLS_CERT_ALTNAME_INVALID');
});
