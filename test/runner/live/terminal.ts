import { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';

/** As much of a terminal as the live view uses: rows, wrapping, erasing, the cursor's place and whether it shows. */
export class Terminal extends Writable {
  readonly isTTY = true;
  columns: number;
  rows = 50;
  cursorShown = true;
  frames = 0;
  #screen: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(columns: number) {
    super({ decodeStrings: false });
    this.columns = columns;
  }

  get stream(): WriteStream {
    return this as unknown as WriteStream;
  }

  get lines(): readonly string[] {
    return this.#screen.map((line) => line.trimEnd());
  }

  override _write(chunk: string, _encoding: BufferEncoding, done: () => void): void {
    this.frames += 1;
    const [plain = '', ...rest] = chunk.split('\u{1b}');
    for (const character of plain) this.#put(character);
    for (const part of rest) {
      const [sequence = '', code] = /^\[([?\d;]*[A-Za-z])/.exec(part) ?? [];
      if (code !== undefined) this.#obey(code);
      for (const character of part.slice(sequence.length)) this.#put(character);
    }
    done();
  }

  #obey(code: string): void {
    if (code === '?25l' || code === '?25h') this.cursorShown = code.endsWith('h');
    if (code.endsWith('A')) this.#row = Math.max(0, this.#row - Number(code.slice(0, -1)));
    if (code === 'K') this.#screen[this.#row] = this.#line.slice(0, this.#column);
    if (code === 'J') this.#screen = [...this.#screen.slice(0, this.#row), this.#line.slice(0, this.#column)];
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#down();
    else {
      if (this.#column === this.columns) this.#down();
      const line = this.#line.padEnd(this.#column);
      this.#screen[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
      this.#column += 1;
    }
  }

  get #line(): string {
    return this.#screen[this.#row] ?? '';
  }

  #down(): void {
    this.#row += 1;
    this.#column = 0;
    this.#screen[this.#row] ??= '';
  }

  /** Narrower: what is on the screen is wrapped anew, as most terminals do; the cursor stays below it. */
  resize(columns: number): void {
    this.columns = columns;
    this.#screen = this.lines.flatMap((line) => line.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? ['']);
    this.#row = this.#screen.length - 1;
    this.emit('resize');
  }
}
