import { isObject } from '../../is-object.ts';
import type { Path } from '../source.ts';
import type { Report } from './walk.ts';

/** Secrets stand in groups: a name of `${}` is looked for within each. */
export function checkSources(document: unknown, report: Report): void {
  const secrets = isObject(document) ? document.secrets : undefined;
  for (const [group, entries] of Object.entries(isObject(secrets) ? secrets : {})) {
    const path: Path = ['secrets', group];
    if (isObject(entries) && typeof entries.type === 'string' && ('key' in entries || 'path' in entries)) {
      report(path, `\`${group}\` should be a group of secrets: {${group}: {name: {type: ${entries.type}, …}}}`);
    }
  }
}
