import t from 'tap';
import { type Line, span } from '../../../runner/src/live/line.ts';
import { createScreen } from '../../../runner/src/live/screen.ts';
import { Terminal } from './terminal.ts';

const lines = (...texts: readonly string[]): readonly Line[] => texts.map((text) => [span(text)]);

t.test('each frame takes the place of the one before, longer or shorter', async (t) => {
  const terminal = new Terminal(80);
  terminal.write('$ pado lab\n');
  const screen = createScreen(terminal.stream);
  screen.draw(lines('one', 'two long', 'three'));
  t.strictSame(terminal.lines, ['$ pado lab', 'one', 'two long', 'three', '']);
  screen.draw(lines('one', 'two'));
  t.strictSame(terminal.lines, ['$ pado lab', 'one', 'two', '']);
  screen.draw(lines('a', 'b', 'c', 'd'));
  t.strictSame(terminal.lines, ['$ pado lab', 'a', 'b', 'c', 'd', '']);
  screen.close();
});

t.test('a frame that changes nothing writes nothing', async (t) => {
  const terminal = new Terminal(80);
  const screen = createScreen(terminal.stream);
  screen.draw(lines('same'));
  screen.draw(lines('same'));
  t.equal(terminal.frames, 1);
  screen.close();
});

t.test('what is kept stays above the frames that follow', async (t) => {
  const terminal = new Terminal(80);
  const screen = createScreen(terminal.stream);
  screen.draw(lines('a', 'b'));
  screen.keep(lines('verdict'));
  screen.draw(lines('c'));
  screen.draw(lines('d'));
  t.strictSame(terminal.lines, ['verdict', 'd', '']);
  screen.close();
});

t.test('a terminal that becomes narrower wraps the old frame, and the new one still replaces all of it', async (t) => {
  const terminal = new Terminal(80);
  terminal.write('above\n');
  const screen = createScreen(terminal.stream);
  screen.draw(lines('x'.repeat(75), 'y'.repeat(30)));
  terminal.resize(40);
  screen.draw(lines('x'.repeat(40), 'y'.repeat(30)));
  t.strictSame(terminal.lines, ['above', 'x'.repeat(40), 'y'.repeat(30), '']);
  screen.close();
});

t.test('the cursor is hidden while frames are drawn and given back at the end, once', async (t) => {
  const terminal = new Terminal(80);
  const exits = process.listenerCount('exit');
  const screen = createScreen(terminal.stream);
  screen.draw(lines('a'));
  t.equal(terminal.cursorShown, false);
  screen.close();
  t.equal(terminal.cursorShown, true);
  const { frames } = terminal;
  screen.close();
  screen.draw(lines('b'));
  t.equal(terminal.frames, frames, 'nothing is written after the end');
  t.equal(process.listenerCount('exit'), exits);
});
