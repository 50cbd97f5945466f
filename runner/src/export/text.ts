import { stringify } from 'yaml';

/** The text of an exported file: YAML where its name says so, else JSON. */
export const exportedText = (document: unknown, file: string): string =>
  /\.ya?ml$/.test(file) ? stringify(document, { lineWidth: 110 }) : `${JSON.stringify(document, null, 2)}\n`;
