import { durationMs, editDistance, formatDuration, nearest, parseDuration, parseSize, pathPattern } from '@pado/fault';
import fc from 'fast-check';
import t from 'tap';

t.test('reads durations', async (t) => {
  for (const [text, ms] of Object.entries({
    '250ms': 250,
    '2s': 2_000,
    '1m30s': 90_000,
    '1.5h': 5_400_000,
    '0s': 0,
    '1s500ms': 1_500,
  })) {
    t.equal(parseDuration(text), ms, text);
  }
  for (const text of ['', '5', '-5s', '5 s', '5sec', 's', '1e3s', '٣s', '5S'])
    t.equal(parseDuration(text), undefined, `"${text}"`);
  t.throws(() => durationMs('soon'), /"soon" is not a duration/);
});

t.test('a duration written by hand reads back as the sum of its parts', async () => {
  const part = fc.tuple(fc.nat(1_000), fc.constantFrom('ms', 's', 'm', 'h'));
  const unitMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
      const wanted = parts.reduce((sum, [amount, unit]) => sum + amount * (unitMs[unit] ?? 0), 0);
      return parseDuration(parts.map(([amount, unit]) => `${amount}${unit}`).join('')) === wanted;
    }),
  );
});

t.test('writes durations for people', async (t) => {
  for (const [ms, text] of [
    [0.25, '0.25ms'],
    [250.4, '250ms'],
    [1_500, '1.5s'],
    [60_000, '1m'],
    [90_000, '1m30s'],
  ] as const) {
    t.equal(formatDuration(ms), text);
  }
});

t.test('reads sizes', async (t) => {
  t.same(parseSize('64Mi'), { bytes: 64 * 2 ** 20 });
  t.same(parseSize('1G'), { bytes: 1e9 });
  t.same(parseSize('1.5Ki'), { bytes: 1_536 });
  t.same(parseSize('50%'), { percent: 50 });
  for (const text of ['', '64MB', '-1', '%', 'Mi']) t.equal(parseSize(text), undefined, `"${text}"`);
});

t.test('finds the word that was meant, and none where none is near', async (t) => {
  t.equal(nearest('latncy', ['latency', 'error', 'abort']), 'latency');
  t.equal(nearest('PAYMENTS', ['payments', 'orders']), 'payments');
  t.equal(nearest('kafka', ['latency', 'error', 'abort']), undefined);
  t.equal(editDistance('ab', 'ba'), 1, 'neighbours swapped are one slip');
});

t.test('edit distance is a distance', async () => {
  const word = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(
      word,
      word,
      (a, b) => editDistance(a, b) === editDistance(b, a) && (editDistance(a, b) === 0) === (a === b),
    ),
  );
});

t.test('paths are globs, or expressions between slashes', async (t) => {
  t.ok(pathPattern('/charges/*').test('/charges/7'));
  t.notOk(pathPattern('/charges/*').test('/charges/7/items'), 'one * stays between slashes');
  t.ok(pathPattern('/charges/**').test('/charges/7/items'));
  t.ok(pathPattern('/^\\/v[12]\\//').test('/v2/x'));
  t.ok(pathPattern('/a/').test('/a/'), 'a path that ends with a slash is a path');
  t.notOk(pathPattern('/a.b').test('/axb'), 'a dot is a dot');
  t.throws(() => pathPattern('/^(/'), SyntaxError);
});
