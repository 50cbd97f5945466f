/** As much of XML as a report of tests needs. */

/** What XML 1.0 has no place for, not even as a reference. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that must not be there
const impossible = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

const possible = (text: string): string => text.toWellFormed().replace(impossible, '\ufffd');

export const escapeText = (text: string): string =>
  possible(text).replace(/[&<>\r]/g, (character) => references[character] ?? character);

export const escapeAttribute = (text: string): string =>
  possible(text).replace(/[&<>"\n\r\t]/g, (character) => references[character] ?? character);

export type Attributes = Readonly<Record<string, string | number>>;

/** An element on lines of its own; a text is kept as it is, to the blank. */
export function element(name: string, attributes: Attributes, content: readonly string[] | string = []): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeAttribute(String(value))}"`);
  const open = `<${name}${written.join('')}`;
  if (content.length === 0) return `${open}/>`;
  if (typeof content === 'string') return `${open}>${escapeText(content)}</${name}>`;
  return `${open}>\n${content.join('\n')}\n</${name}>`;
}
