import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { isPadoError } from '@pado/fault';
import type { ProbeResult } from '../../contracts.ts';
import { findScript } from '../../experiment/experiment.ts';
import { parseSource } from '../../experiment/source.ts';
import type { Finding } from '../../experiment/validate.ts';
import { observed } from '../../report/facts/format.ts';
import type { Run } from './several.ts';

/**
 * Annotations for GitHub Actions: `::error file=…,line=…,title=…::message`, a line each. They go to stderr, which the
 * runner reads as it reads stdout, so that `--json` stays one document.
 */
export async function annotations(runs: readonly Run[], root: string): Promise<readonly string[]> {
  const lines = new Map<string, ReadonlyMap<string, Place>>();
  const told: string[] = [];
  for (const run of runs) {
    const places = lines.get(run.file) ?? (await placesOf(run.file));
    lines.set(run.file, places);
    told.push(...annotationsOf(run, places, root));
  }
  return told;
}

/** Of files that are invalid, each finding at its line. */
export const findingAnnotations = (findings: readonly Finding[], root: string): readonly string[] =>
  findings.map(({ message, ...place }) => command('error', place, 'invalid file', message, root));

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}

function annotationsOf(run: Run, places: ReadonlyMap<string, Place>, root: string): readonly string[] {
  const { file, verdict, reason, journal, error } = run;
  const findings = isPadoError(error) ? (error.details.findings as readonly Finding[] | undefined) : undefined;
  if (findings !== undefined) return findingAnnotations(findings, root);
  const whole = { file, line: 1 };
  const missed = (journal?.pado.probes ?? []).filter(({ met, error }) => met !== true || error !== undefined);
  const level = verdict === 'held' ? 'notice' : verdict === 'inconclusive' ? 'warning' : 'error';
  return [
    command(level, whole, verdict, reason, root),
    ...missed.map((probe) => {
      const place = places.get(probe.name) ?? whole;
      const title = `${probe.name} (${probe.window})`;
      return command(probe.met === false ? 'error' : 'warning', place, title, inWords(probe), root);
    }),
  ];
}

const inWords = ({ value, unit, expected, error }: ProbeResult): string =>
  error ?? `${observed(value, unit)}, expected ${expected}`;

/** Where each probe stands, by name: in the experiment, or in a steady-state file that it names. */
async function placesOf(file: string): Promise<ReadonlyMap<string, Place>> {
  const places = new Map<string, Place>();
  const add = async (path: string, named: string): Promise<readonly string[]> => {
    const source = parseSource(await readFile(path, 'utf8').catch(() => ''));
    if ('faults' in source) return [];
    const document = source.value as Record<string, Record<string, unknown>> | null;
    const lists = [['steady-state-hypothesis', 'probes'], ['probes']] as const;
    for (const at of lists) {
      const probes = at.reduce<unknown>((value, key) => (value as Record<string, unknown> | null)?.[key], document);
      if (!Array.isArray(probes)) continue;
      for (const [index, probe] of probes.entries()) {
        const { name = undefined, ref = name } = (probe ?? {}) as Record<string, unknown>;
        if (typeof ref === 'string' && !places.has(ref))
          places.set(ref, { file: named, ...source.positionOf([...at, index]) });
      }
    }
    const extensions: unknown = document?.extensions;
    return (Array.isArray(extensions) ? extensions : []).flatMap((one) => one?.steadyState ?? []);
  };
  for (const other of await add(file, file)) {
    const found = typeof other === 'string' ? findScript(file, other) : undefined;
    if (found !== undefined) await add(found, found);
  }
  return places;
}

type Level = 'error' | 'warning' | 'notice';

function command(level: Level, { file, line, column }: Place, title: string, message: string, root: string): string {
  const properties = {
    file: relative(root, resolve(file)),
    line,
    ...(column === undefined ? {} : { col: column }),
    title,
  };
  const written = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(String(value))}`);
  return `::${level} ${written.join(',')}::${escapeData(message)}`;
}

/** As the runner unescapes them. */
const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
