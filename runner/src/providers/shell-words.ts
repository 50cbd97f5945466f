import { PadoError } from '@pado/fault';

/** What a shell would act on outside of quotes; given to the program as text it would do something else, silently. */
const shellOnly = /^(&&|\|\||\$\(|[|<>&;`]|\$\{?[A-Za-z_]\w*\}?)/;

/**
 * Splits a text into words as Python's `shlex.split` does. There is no shell: pipes, redirections and variables are
 * refused with the remedy. @throws PadoError ERR_PADO_INVALID.
 */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (quote === "'" || (quote !== '' && char === quote)) {
      if (char === quote) quote = '';
      else word += char;
    } else if (char === '\\') {
      const next = text[++i];
      if (next === undefined) throw invalid(text, 'ends with a backslash');
      // Within double quotes a backslash is one, but before a double quote and a backslash.
      word = `${word ?? ''}${quote === '' || next === '"' || next === '\\' ? '' : '\\'}${next}`;
    } else if (quote !== '') {
      word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/[ \t\r\n]/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      const operator = shellOnly.exec(text.slice(i))?.[0];
      if (operator !== undefined)
        throw invalid(
          text,
          `has ${operator} outside of quotes, which only a shell understands; quote it, or use path: sh with arguments: [-c, '…']`,
        );
      word = `${word ?? ''}${char}`;
    }
  }
  if (quote !== '') throw invalid(text, `has a ${quote} that is not closed`);
  return word === undefined ? words : [...words, word];
}

const invalid = (text: string, what: string) =>
  new PadoError('ERR_PADO_INVALID', `the arguments ${JSON.stringify(text)}: the text ${what}`);
