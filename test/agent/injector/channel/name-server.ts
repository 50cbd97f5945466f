import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Test } from 'tap';

export interface NameServer {
  /** For dns.setServers. */
  readonly address: string;
  /** What was asked: `A name` and `AAAA name`. */
  readonly asked: string[];
}

const types: Readonly<Record<number, string>> = { 1: 'A', 28: 'AAAA' };

/** Reads the labels of the one question, and where its type stands. */
function questionOf(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 5 };
}

/**
 * A name server on a port of its own. It knows an IPv4 address (or '' for a name that has none) by name; what it does not
 * know does not exist, and `null` is never answered.
 */
export async function nameServer(t: Test, names: Readonly<Record<string, string | null>>): Promise<NameServer> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, { port, address }) => {
    const { name, end } = questionOf(query);
    const type = types[query.readUInt16BE(end - 4)] ?? '?';
    asked.push(`${type} ${name}`);
    const known = names[name];
    if (known === null) return;
    const found = type === 'A' && known ? known.split('.').map(Number) : [];
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(known === undefined ? 0x8183 : 0x8180, 2);
    head.writeUInt16BE(found.length > 0 ? 1 : 0, 6);
    head.writeUInt32BE(0, 8);
    const answer = found.length > 0 ? [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, ...found] : [];
    socket.send(Buffer.concat([head, query.subarray(12, end), Buffer.from(answer)]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.teardown(() => socket.close());
  return { address: `127.0.0.1:${socket.address().port}`, asked };
}
