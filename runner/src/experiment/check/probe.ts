import { durationMs } from '@pado/fault';
import type { HypothesisProbe, ProbeProvider } from '../schema.ts';
import type { Path } from '../source.ts';
import { checkProvider } from './activity.ts';
import { checkTolerance } from './tolerance.ts';
import type { Report, Surroundings } from './walk.ts';

export function checkProbe(probe: HypothesisProbe, path: Path, around: Surroundings, report: Report): void {
  const { provider, expect } = probe;
  checkProvider(provider, [...path, 'provider'], around, report);
  checkAsked(provider, [...path, 'provider'], report);
  checkTolerance(probe.tolerance, provider, [...path, 'tolerance'], report);
  if (expect === 'failure') checkExpected(provider, path, around, report);
}

/** What goes for probes of hypotheses and for stop conditions. */
export function checkAsked(provider: ProbeProvider, path: Path, report: Report): void {
  if ('window' in provider && new Set(provider.window).size < (provider.window?.length ?? 0)) {
    report([...path, 'window'], '`window` names a time twice: each of before, during, after once');
  }
  if (provider.type === 'slo') {
    const { short = '5s', long = '30s' } = provider;
    if (durationMs(short) > durationMs(long)) {
      const field = provider.short === undefined ? 'long' : 'short';
      report([...path, field], `\`short\` (${short}) is longer than \`long\` (${long}): swap them`);
    }
  }
  if (provider.type === 'prometheus' && provider.for !== undefined && provider.aggregate !== undefined) {
    report([...path, 'for'], '`for` judges each step by itself, `aggregate` all of them as one: leave one out');
  }
  if (provider.type === 'prometheus' && provider.step !== undefined) {
    if (provider.for === undefined && provider.aggregate === undefined) {
      report([...path, 'step'], '`step` means nothing without `for` or `aggregate`: add one, such as `aggregate: max`');
    } else if (durationMs(provider.step) === 0) {
      report([...path, 'step'], '`step` is zero: how far apart the looks are, such as 1s');
    }
  }
}

function checkExpected(provider: ProbeProvider, path: Path, { acts }: Surroundings, report: Report): void {
  if (provider.type === 'k6') {
    report(
      [...path, 'expect'],
      '`expect: failure` is seen during the fault, and k6 sums up at the end: ask prometheus',
    );
  } else if (provider.window?.some((window) => window !== 'during')) {
    const message = '`expect: failure` is judged during the fault only: leave out `window`, or say `window: [during]`';
    report([...path, 'provider', 'window'], message);
  }
  if (!acts) report([...path, 'expect'], '`expect: failure`, but the method has no action that could cause it');
}
