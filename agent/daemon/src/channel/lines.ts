import { maxLineBytes } from '@pado/fault';

/** Cuts a byte stream into lines. `onOverflow` is called once when a line grows beyond the limit; nothing comes after. */
export function lineReader(onLine: (line: string) => void, onOverflow: () => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let size = 0;
  let overflowed = false;
  return (chunk) => {
    let rest = chunk;
    while (!overflowed) {
      const end = rest.indexOf(10);
      const piece = end === -1 ? rest : rest.subarray(0, end);
      size += piece.length;
      if (size > maxLineBytes) {
        overflowed = true;
        parts = [];
        onOverflow();
        return;
      }
      parts.push(piece);
      if (end === -1) return;
      const line = Buffer.concat(parts).toString('utf8');
      parts = [];
      size = 0;
      if (line !== '') onLine(line);
      rest = rest.subarray(end + 1);
    }
  };
}
