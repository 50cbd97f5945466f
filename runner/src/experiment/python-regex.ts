/** Outside of a class: what the letter stands for in Python, where JavaScript's own differs or is not Unicode's. */
const escapes: Readonly<Record<string, string>> = {
  A: '(?<![\\s\\S])',
  Z: '(?![\\s\\S])',
  a: '\\x07',
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  w: '[\\p{L}\\p{N}_]',
  W: '[^\\p{L}\\p{N}_]',
  b: '(?:(?<=[\\p{L}\\p{N}_])(?![\\p{L}\\p{N}_])|(?<![\\p{L}\\p{N}_])(?=[\\p{L}\\p{N}_]))',
  B: '(?:(?<=[\\p{L}\\p{N}_])(?=[\\p{L}\\p{N}_])|(?<![\\p{L}\\p{N}_])(?![\\p{L}\\p{N}_]))',
};
const classEscapes: Readonly<Record<string, string>> = {
  a: '\\x07',
  b: '\\x08',
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  w: '\\p{L}\\p{N}_',
};
const syntax = new Set('^$\\.*+?()[]{}|/');

/**
 * A pattern of Python's `re`, which Chaos Toolkit's files have, as JavaScript's: the same names for groups and flags,
 * `$` also before a last line's end (what a program prints ends with one), Unicode's letters and digits.
 * @throws SyntaxError when it is none, or uses what JavaScript cannot (possessive quantifiers, conditionals).
 */
export function pythonRegExp(pattern: string): RegExp {
  const [, letters = ''] = /^\(\?([aiLmsux]+)\)/.exec(pattern) ?? [];
  let rest = letters === '' ? pattern : pattern.slice(letters.length + 3);
  let result = '';
  let inClass = false;
  const take = (wanted: RegExp, as: (match: RegExpExecArray) => string): boolean => {
    const match = wanted.exec(rest);
    if (match === null) return false;
    result += as(match);
    rest = rest.slice(match[0].length);
    return true;
  };
  while (rest !== '') {
    // JavaScript's own, for those who write for Pado alone.
    if (take(/^\\[pPu]\{[^}]*\}/, ([whole]) => whole)) continue;
    if (take(/^\\([\s\S])/, ([, char = '']) => escaped(char, inClass))) continue;
    if (inClass) {
      // The first `]` of a class is one of its characters.
      if (take(/^\]/, () => ']')) inClass = false;
      else take(/^[\s\S]/u, ([char]) => (char === '[' ? '\\[' : char));
      continue;
    }
    if (take(/^\[(\^?)(\]?)/, ([, not = '', first]) => `[${not}${first === ']' ? '\\]' : ''}`)) {
      inClass = true;
      continue;
    }
    if (take(/^\(\?#[^)]*\)/, () => '')) continue;
    if (take(/^\(\?P</, () => '(?<')) continue;
    if (take(/^\(\?P=(\w+)\)/, ([, name]) => `\\k<${name}>`)) continue;
    if (letters.includes('x') && take(/^(\s+|#[^\n]*)/, () => '')) continue;
    if (!letters.includes('m') && take(/^\$/, () => '(?=\\n?(?![\\s\\S]))')) continue;
    if (letters.includes('m') && take(/^\$/, () => '(?=\\n|(?![\\s\\S]))')) continue;
    if (letters.includes('m') && take(/^\^/, () => '(?<=\\n|(?<![\\s\\S]))')) continue;
    if (!letters.includes('s') && take(/^\./, () => '[^\\n]')) continue;
    if (take(/^\{(\d*)(,?)(\d*)\}/, quantifier)) continue;
    take(/^[\s\S]/u, ([char]) => ('{}]'.includes(char) ? `\\${char}` : char));
  }
  return new RegExp(result, `u${letters.includes('i') ? 'i' : ''}${letters.includes('s') ? 's' : ''}`);
}

function escaped(char: string, inClass: boolean): string {
  const own = (inClass ? classEscapes : escapes)[char];
  if (own !== undefined) return own;
  if (/[\w]/.test(char) || syntax.has(char) || (inClass && char === '-')) return `\\${char}`;
  return char;
}

/** `{,3}` begins at 0; braces that count nothing are text. */
function quantifier([whole, least = '', comma, most = '']: RegExpExecArray): string {
  if (least === '' && most === '') return whole.replace(/[{}]/g, '\\$&');
  return `{${least === '' ? '0' : least}${comma}${most}}`;
}
