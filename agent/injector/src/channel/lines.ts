import { maxLineBytes } from '@pado/fault';

/** Splits a stream into lines. A line that is too long is an error of the peer: `onLine` is no longer called. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  readonly #onOverflow: () => void;
  #parts: Buffer[] = [];
  #bytes = 0;
  #broken = false;

  constructor(onLine: (line: string) => void, onOverflow: () => void) {
    this.#onLine = onLine;
    this.#onOverflow = onOverflow;
  }

  push(chunk: Buffer): void {
    let rest = chunk;
    while (!this.#broken) {
      const at = rest.indexOf(0x0a);
      const part = at < 0 ? rest : rest.subarray(0, at);
      this.#bytes += part.length;
      if (this.#bytes > maxLineBytes) {
        this.#broken = true;
        this.#parts = [];
        this.#onOverflow();
        return;
      }
      this.#parts.push(part);
      if (at < 0) return;
      const line = Buffer.concat(this.#parts, this.#bytes).toString('utf8');
      this.#parts = [];
      this.#bytes = 0;
      rest = rest.subarray(at + 1);
      if (line.trim() !== '') this.#onLine(line);
    }
  }
}
