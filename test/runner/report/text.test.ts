import t from 'tap';
import { toleranceInWords } from '../../../runner/src/report/facts/tolerance.ts';
import { en } from '../../../runner/src/report/text/en.ts';
import { ko } from '../../../runner/src/report/text/ko.ts';
import { languageOf } from '../../../runner/src/report/text/language.ts';

type Leaf = readonly [path: string, value: unknown];
const leaves = (value: unknown, path = ''): readonly Leaf[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, one]) => leaves(one, `${path}.${key}`))
    : [[path, value]];

/** Words that the field uses in both languages. */
const shared = new Set(['p99', 'Node.js', 'ko']);

t.test('each text of one language is there in the other, and in that language', async (t) => {
  t.same(
    leaves(ko).map(([path]) => path),
    leaves(en).map(([path]) => path),
  );
  for (const [path, value] of leaves(ko)) {
    const text = typeof value === 'function' ? String(value('1', '2', '3', '4')) : String(value);
    t.ok(/[가-힣]/.test(text) || shared.has(text) || /^[\d ~→]+$/.test(text), `${path}: ${text}`);
  }
  for (const [path, value] of leaves(en)) {
    const text = typeof value === 'function' ? String(value('1', '2', '3', '4')) : String(value);
    t.notMatch(text, /[가-힣]/, path);
  }
});

t.test('a text says all that it is given, in both languages', async (t) => {
  const marks = ['⟨1⟩', '⟨2⟩', '⟨3⟩', '⟨4⟩'];
  const korean = new Map(leaves(ko));
  for (const [path, value] of leaves(en)) {
    if (typeof value !== 'function') continue;
    const used = (text: unknown) => marks.filter((mark) => String(text).includes(mark));
    t.same(used((korean.get(path) as typeof value)(...marks)), used(value(...marks)), path);
  }
});

t.test("the language is the locale's", async (t) => {
  t.equal(languageOf({ LANG: 'ko_KR.UTF-8' }), 'ko');
  t.equal(languageOf({ LANG: 'ko' }), 'ko');
  t.equal(languageOf({ LC_ALL: 'en_US.UTF-8', LANG: 'ko_KR.UTF-8' }), 'en');
  t.equal(languageOf({ LC_ALL: '', LC_MESSAGES: 'ko_KR', LANG: 'C' }), 'ko');
  t.equal(languageOf({ LANG: 'kok_IN' }), 'en', 'Konkani is another language');
  t.equal(languageOf({}), 'en');
});

t.test('a tolerance in words', async (t) => {
  const words = ['< 0.5 s', '≤ 3', '> 1', '≥ 99%', '= 0 orders', '≠ 500', '0 to 1 s', 'matches /ok/'].map((expected) =>
    toleranceInWords(expected, en),
  );
  t.same(words, [
    'below 0.5 s',
    'at most 3',
    'above 1',
    'at least 99%',
    'exactly 0 orders',
    'anything but 500',
    'from 0 to 1 s',
    'matches /ok/',
  ]);
  t.equal(toleranceInWords('< 0.5 s', ko), '0.5 s 미만');
});
