import { dirname } from 'node:path';
import type { FaultStatus } from '@pado/fault';
import type { ProbeResult, Verdict } from '../../contracts.ts';
import { evidenceInWords } from '../../live/fault.ts';
import { effectInWords } from '../../report/facts/effect.ts';
import { observed } from '../../report/facts/format.ts';
import { labelOf, type Run } from './several.ts';
import { element } from './xml.ts';

type Outcome = 'passed' | 'failure' | 'error' | 'skipped';

interface Case {
  readonly name: string;
  readonly outcome: Outcome;
  /** In one line. */
  readonly message: string;
  readonly text?: string;
}

/**
 * Runs as JUnit's XML, as Jenkins and GitLab read it: a suite a run, a case a probe and window, and one for the verdict.
 * A probe that was missed is a failure; what proves nothing is skipped.
 */
export function junit(runs: readonly Run[]): string {
  const repeat = Math.max(1, ...runs.map(({ repetition }) => repetition));
  const suites = runs.map((run) => ({ run, cases: casesOf(run) }));
  const all = suites.flatMap(({ cases }) => cases);
  const seconds = runs.reduce((sum, { journal }) => sum + (journal?.duration ?? 0), 0);
  const root = { name: 'pado', ...counts(all), time: seconds.toFixed(3) };
  const text = element(
    'testsuites',
    root,
    suites.map(({ run, cases }, index) => suite(run, cases, index, repeat)),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${text}\n`;
}

function suite(run: Run, cases: readonly Case[], index: number, repeat: number): string {
  const { journal, file } = run;
  const label = labelOf(run, repeat);
  const attributes = {
    name: journal === undefined ? label : `${label}: ${titleOf(journal.experiment) ?? label}`,
    ...counts(cases),
    skipped: cases.filter(({ outcome }) => outcome === 'skipped').length,
    time: (journal?.duration ?? 0).toFixed(3),
    // UTC, without a zone and parts of a second, as the schema has it.
    ...(journal === undefined ? {} : { timestamp: new Date(journal.start).toISOString().slice(0, 19) }),
    id: index,
    file,
  };
  const properties = Object.entries(propertiesOf(run)).map(([name, value]) => element('property', { name, value }));
  const out = journal === undefined ? [] : [element('system-out', {}, `journal ${run.journalFile}\n`)];
  return element('testsuite', attributes, [
    element('properties', {}, properties),
    ...cases.map((one) => testCase(one, classOf(run))),
    ...out,
  ]);
}

/** GitLab and Jenkins group cases by it: `experiments.slow-payments`. */
function classOf(run: Run): string {
  const folders = dirname(run.file)
    .split('/')
    .filter((part) => /[^.]/.test(part));
  return [...folders, labelOf(run, 1)].join('.');
}

function testCase({ name, outcome, message, text }: Case, classname: string): string {
  const result =
    outcome === 'passed'
      ? []
      : [element(outcome, { message, ...(outcome === 'skipped' ? {} : { type: outcome }) }, text ?? '')];
  return element('testcase', { classname, name, time: 0 }, result);
}

const counts = (cases: readonly Case[]) => ({
  tests: cases.length,
  failures: cases.filter(({ outcome }) => outcome === 'failure').length,
  errors: cases.filter(({ outcome }) => outcome === 'error').length,
});

const outcomes: Readonly<Record<Verdict, Outcome>> = {
  held: 'passed',
  deviated: 'failure',
  inconclusive: 'skipped',
  aborted: 'failure',
  error: 'error',
};

function casesOf({ verdict, reason, journal }: Run): readonly Case[] {
  const probes = journal?.pado.probes ?? [];
  const stopped = journal?.pado.stop;
  const message = stopped === undefined ? reason : `stopped by ${stopped.name}: ${stopped.reason}`;
  return [...probes.map(caseOf), { name: 'verdict', outcome: outcomes[verdict], message: `${verdict}: ${message}` }];
}

function caseOf(probe: ProbeResult): Case {
  const { name, window, value, unit, expected, met, error, samples, looks, query } = probe;
  const lines = [
    `observed ${observed(value, unit)}`,
    `expected ${expected}`,
    ...(samples === undefined ? [] : [`samples  ${samples}`]),
    ...(looks === undefined ? [] : [`looks    ${looks.count}, ${looks.missed} missed`]),
    ...(query === undefined ? [] : [`query    ${query}`]),
  ];
  const outcome = error !== undefined ? 'error' : met === null ? 'skipped' : met ? 'passed' : 'failure';
  const message = error ?? `${observed(value, unit)}, expected ${expected}`;
  return { name: `${name} (${window})`, outcome, message, text: lines.join('\n') };
}

function propertiesOf({ verdict, reason, journal }: Run): Readonly<Record<string, string | number>> {
  if (journal === undefined) return { verdict, reason };
  const { id, policies, resilienceScore, recovery, faults } = journal.pado;
  return {
    id,
    verdict,
    reason,
    policies,
    ...(typeof resilienceScore === 'number' ? { resilienceScore } : {}),
    ...(recovery === undefined ? {} : { recoveredAfterMs: recovery.recoveredAfterMs ?? 'never' }),
    ...Object.assign({}, ...faults.map(doseOf)),
  };
}

/** What was asked for, and what was delivered. */
function doseOf({ name, spec, evidence }: FaultStatus): Readonly<Record<string, string | number>> {
  return {
    ...(spec.seed === undefined ? {} : { [`fault.${name}.seed`]: spec.seed }),
    [`fault.${name}.requested`]: spec.effects.map(effectInWords).join('; '),
    [`fault.${name}.delivered`]: evidence.map((one) => evidenceInWords(one)).join('; '),
  };
}

const titleOf = (experiment: unknown): string | undefined => {
  const title = (experiment as { readonly title?: unknown } | null)?.title;
  return typeof title === 'string' ? title : undefined;
};
