/** Cuts a stream of bytes into lines. @throws RangeError from the returned function when a line is longer than the limit */
export function lineCutter(onLine: (line: string) => void, maxBytes: number): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let size = 0;
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end));
      const line = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
      parts = [];
      size = 0;
      start = end + 1;
      if (line.length > 0) onLine(line.toString('utf8'));
    }
    const rest = chunk.subarray(start);
    size += rest.length;
    if (size > maxBytes) throw new RangeError(`a line is longer than ${maxBytes} bytes`);
    if (rest.length > 0) parts.push(rest);
  };
}
