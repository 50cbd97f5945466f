import { isPadoError, type Problem } from '@pado/fault';
import { isObject } from '../is-object.ts';
import { findScript } from './experiment.ts';
import { type Finding, openPage, type Page } from './page.ts';

export interface SteadyStateFiles {
  readonly pages: readonly Page[];
  /** Of the experiment: files that do not exist. */
  readonly problems: readonly Problem[];
  /** Of the files: text that is no YAML. */
  readonly findings: readonly Finding[];
}

/** Opens the files of probes that an experiment names, as far as it is sound. */
export async function openSteadyStates(file: string, document: unknown): Promise<SteadyStateFiles> {
  const extensions = isObject(document) && Array.isArray(document.extensions) ? document.extensions : [];
  const index = extensions.findIndex((extension) => isObject(extension) && extension.name === 'pado');
  const names: unknown = extensions[index]?.steadyState;
  const pages: Page[] = [];
  const problems: Problem[] = [];
  const findings: Finding[] = [];
  for (const [place, name] of (Array.isArray(names) ? names : []).entries()) {
    if (typeof name !== 'string' || name === '') continue;
    const path = ['extensions', index, 'steadyState', place];
    const found = findScript(file, name);
    if (found === undefined) {
      problems.push({ path, message: `there is no ${name} in the experiment's folder or in one above it` });
      continue;
    }
    if (pages.some((page) => page.file === found)) {
      problems.push({ path, message: `${name} is named twice: its probes would be asked twice` });
      continue;
    }
    try {
      pages.push(await openPage(found));
    } catch (error) {
      if (!isPadoError(error)) throw error;
      const inside = error.details.findings as readonly Finding[] | undefined;
      if (inside === undefined) problems.push({ path, message: error.message });
      else findings.push(...inside);
    }
  }
  return { pages, problems, findings };
}
