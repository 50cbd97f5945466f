import { JSONPathEnvironment } from 'json-p3';

/** RFC 9535; nothing of a path is ever evaluated as code. */
const environment = new JSONPathEnvironment();

/** All values that a path finds. @throws when the path does not parse. */
export const findAll = (path: string, value: unknown): unknown[] =>
  environment.query(inRfc(path), value as Parameters<typeof environment.query>[1]).values();

/** Chaos Toolkit's library writes one `=` in a filter where the standard has two, and allows spaces around a path. */
const inRfc = (path: string): string =>
  path
    .trim()
    .replace(/"[^"]*"|'[^']*'|([^=!<>~])=(?=[^=~])/g, (part: string, before?: string) =>
      before === undefined ? part : `${before}==`,
    );
