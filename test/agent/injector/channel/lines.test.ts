import { maxLineBytes } from '@pado/fault';
import t from 'tap';
import { Backoff } from '../../../../agent/injector/src/channel/backoff.ts';
import { LineSplitter } from '../../../../agent/injector/src/channel/lines.ts';

t.test('lines are whole however the stream is cut', async (t) => {
  const text = Buffer.from('{"파도":1}\n\n{"b":2}\n{"rest"');
  for (let size = 1; size < text.length; size += 1) {
    const lines: string[] = [];
    const splitter = new LineSplitter(
      (line) => lines.push(line),
      () => t.fail('overflow'),
    );
    for (let at = 0; at < text.length; at += size) splitter.push(text.subarray(at, at + size));
    t.same(lines, ['{"파도":1}', '{"b":2}'], `in pieces of ${size}`);
  }
});

t.test('a line that is too long is told once, and nothing comes after it', async (t) => {
  let overflows = 0;
  const splitter = new LineSplitter(
    () => t.fail('a line'),
    () => {
      overflows += 1;
    },
  );
  for (let i = 0; i < 3; i += 1) splitter.push(Buffer.alloc(maxLineBytes, 'x'));
  splitter.push(Buffer.from('\nok\n'));
  t.equal(overflows, 1);
});

t.test('the back-off doubles from 100 to 400 ms while a fault may live, then to 2 s, with jitter', async (t) => {
  const backoff = new Backoff();
  const longest = Array.from({ length: 29 }, () => backoff.next(() => 1));
  t.same(longest, [100, 200, ...Array.from({ length: 23 }, () => 400), 800, 1_600, 2_000, 2_000]);
  backoff.reset();
  t.equal(
    backoff.next(() => 0),
    50,
  );
});
