/** DER (X.690), as far as a certificate needs it: each function returns one whole element. */

function element(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.concat([Buffer.of(tag, 0x80 | bytes.length, ...bytes), content]);
}

export const sequence = (...parts: Uint8Array[]): Buffer => element(0x30, Buffer.concat(parts));
export const set = (...parts: Uint8Array[]): Buffer => element(0x31, Buffer.concat(parts));
export const octets = (content: Uint8Array): Buffer => element(0x04, content);
export const utf8 = (text: string): Buffer => element(0x0c, Buffer.from(text));
export const yes = (): Buffer => element(0x01, Buffer.of(0xff));

/** A positive integer, of its big-endian bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Buffer.of(0) : Buffer.from(bytes.subarray(first));
  return element(0x02, digits[0]! < 0x80 ? digits : Buffer.concat([Buffer.of(0), digits]));
}

/** Bits, of which the last `unused` do not count. */
export const bits = (content: Uint8Array, unused = 0): Buffer =>
  element(0x03, Buffer.concat([Buffer.of(unused), content]));

/** Such as 2.5.29.17. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second].concat(
    rest.flatMap((arc) => {
      const digits = [arc & 0x7f];
      for (let left = arc >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
      return digits;
    }),
  );
  return element(0x06, Buffer.from(bytes));
}

/** RFC 5280: two digits of the year until 2049, four from 2050 on; whole seconds of UTC. */
export function time(unixMs: number): Buffer {
  const text = new Date(unixMs).toISOString().replace(/[-:T]|\.\d+/g, '');
  return Number(text.slice(0, 4)) < 2050 ? element(0x17, Buffer.from(text.slice(2))) : element(0x18, Buffer.from(text));
}

/** [n] around an element. */
export const explicit = (n: number, inner: Uint8Array): Buffer => element(0xa0 | n, inner);
/** [n] in place of a primitive element's own tag. */
export const implicit = (n: number, content: Uint8Array): Buffer => element(0x80 | n, content);
