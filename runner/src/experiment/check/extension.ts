import { durationMs } from '@pado/fault';
import { strangers } from '../../stack/settings.ts';
import { findScript } from '../experiment.ts';
import type { PadoExtension, StopCondition } from '../schema.ts';
import type { Path } from '../source.ts';
import { checkProvider } from './activity.ts';
import { checkAsked } from './probe.ts';
import { checkTolerance } from './tolerance.ts';
import { type Report, type Surroundings, unique } from './walk.ts';

export function checkExtension(extension: PadoExtension, path: Path, around: Surroundings, report: Report): void {
  const { load, baseline, stopConditions = [], errorBudget, shop } = extension;
  if (load !== undefined && findScript(around.file, load.script) === undefined) {
    const message = `there is no ${load.script} in the experiment's folder or in one above it`;
    report([...path, 'load', 'script'], message);
  }
  if (baseline !== undefined && durationMs(baseline) < 1_000 && durationMs(baseline) > 0) {
    report(
      [...path, 'baseline'],
      '`baseline` is shorter than a second: a steady state needs time to show, such as 10s',
    );
  }
  for (const { at, message } of strangers(shop)) report([...path, 'shop', ...at], message);
  for (const [index, condition] of stopConditions.entries()) {
    checkStopCondition(condition, [...path, 'stopConditions', index], around, report);
  }
  unique(
    stopConditions.map(({ name }, index) => ({ name, path: [...path, 'stopConditions', index, 'name'] })),
    'stop condition',
    report,
  );
  if (errorBudget?.stopAt === 0) {
    report([...path, 'errorBudget', 'stopAt'], '`stopAt` is 0: the run would stop at the first bad event; such as 10');
  }
}

function checkStopCondition(condition: StopCondition, path: Path, around: Surroundings, report: Report): void {
  const { provider, tolerance, misses = 1, of = misses > 1 ? undefined : 1, phases = [] } = condition;
  if (provider.type === 'k6') {
    const remedy = 'ask prometheus for k6_… metrics, or give a threshold of the script `abortOnFail`';
    report([...path, 'provider'], `k6 sums up at the end, too late for a stop condition: ${remedy}`);
    return;
  }
  checkProvider(provider, [...path, 'provider'], around, report);
  checkAsked(provider, [...path, 'provider'], report);
  checkTolerance(tolerance, provider, [...path, 'tolerance'], report);
  if (of === undefined) {
    report(
      [...path, 'misses'],
      `\`misses\` is ${misses}, but only 1 look counts: say of how many, such as \`of: ${misses + 2}\``,
    );
  } else if (misses > of) {
    report([...path, 'misses'], `\`misses\` is ${misses}, more than the ${of} looks that count: it would never stop`);
  }
  if (new Set(phases).size < phases.length) report([...path, 'phases'], '`phases` names a phase twice');
}
