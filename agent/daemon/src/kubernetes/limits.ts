import { type FaultSpec, keys } from '@pado/fault';
import { wantedCount } from '../select.ts';

/** What an administrator allows: in the agent's own ConfigMap for everyone, in annotations of a Namespace for it alone. */
export interface Limits {
  /** Nothing goes on and nothing begins. */
  readonly isLeverEngaged: boolean;
  /** Pods that one fault may hit at a time; undefined: no cap. */
  readonly maxTargets?: number;
  /** The share of the selected pods that one fault may hit at a time, 0 to 100; undefined: no cap. */
  readonly maxPercentage?: number;
  readonly forbiddenKinds: readonly string[];
  /** What could not be read, in sentences; what it should have said is taken as the strictest. */
  readonly problems: readonly string[];
}

type Texts = Readonly<Record<string, string>>;

/** The stricter of both for each cap. */
export function readLimits(configMap: Texts = {}, annotations: Texts = {}): Limits {
  const problems: string[] = [];
  const number = (text: string | undefined, where: string, most: number): number | undefined => {
    if (text === undefined || text.trim() === '') return undefined;
    const value = Number(text);
    if (Number.isFinite(value) && value >= 0 && value <= most) return value;
    problems.push(`${where} is "${text}", not a number from 0 to ${most}: it counts as 0`);
    return 0;
  };
  const least = (key: 'maxTargets' | 'maxPercentage', most: number): number | undefined => {
    const both = [
      number(configMap[key], `${key} in the ConfigMap of limits`, most),
      number(annotations[keys[key]], `the annotation ${keys[key]}`, most),
    ].filter((value) => value !== undefined);
    return both.length === 0 ? undefined : Math.min(...both);
  };
  const lever = configMap.safetyLever?.trim() || 'disengaged';
  if (lever !== 'engaged' && lever !== 'disengaged')
    problems.push(`safetyLever is "${lever}", neither engaged nor disengaged: it counts as engaged`);
  const maxTargets = least('maxTargets', 1_000_000);
  const maxPercentage = least('maxPercentage', 100);
  return {
    isLeverEngaged: lever !== 'disengaged',
    ...(maxTargets === undefined ? {} : { maxTargets }),
    ...(maxPercentage === undefined ? {} : { maxPercentage }),
    forbiddenKinds: [configMap.forbiddenKinds, annotations[keys.forbiddenKinds]].flatMap((list) =>
      (list ?? '').split(/[\s,]+/).filter((kind) => kind !== ''),
    ),
    problems,
  };
}

const isShare = ({ target }: FaultSpec): boolean => target.mode?.endsWith('percent') === true;

/** Whether the number of pods must be known, to choose a share of them or to judge. */
export const needsCount = (spec: FaultSpec, { maxTargets, maxPercentage }: Limits): boolean =>
  isShare(spec) || maxTargets !== undefined || maxPercentage !== undefined;

/** How many pods the fault may hit at a time (undefined: all), or a sentence that says why it may not begin. */
export function judge(
  spec: FaultSpec,
  namespace: string,
  limits: Limits,
  selected: number,
): { readonly count?: number } | { readonly refusal: string } {
  if (limits.isLeverEngaged) return { refusal: 'the safety lever is engaged: no fault begins until it is disengaged' };
  const kind = spec.effects.find((effect) => limits.forbiddenKinds.includes(effect.kind))?.kind;
  if (kind !== undefined) return { refusal: `effects of kind ${kind} are forbidden in the namespace ${namespace}` };
  const { maxTargets = Number.POSITIVE_INFINITY, maxPercentage = 100 } = limits;
  const wanted = wantedCount(spec.target, selected, spec.seed ?? 1);
  if (wanted > maxTargets) {
    return {
      refusal: `it would hit ${wanted} pods and the namespace ${namespace} allows ${maxTargets} at a time: use mode fixed with a value of at most ${maxTargets}`,
    };
  }
  if (wanted * 100 > selected * maxPercentage) {
    return {
      refusal: `it would hit ${wanted} of ${selected} pods and the namespace ${namespace} allows ${maxPercentage}% at a time: use mode fixed-percent with a value of at most ${maxPercentage}, which is rounded up to whole pods`,
    };
  }
  if (!needsCount(spec, limits) && (spec.target.mode ?? 'all') === 'all') return {};
  // A number stays that number when pods come; a share, and under a cap all, is what it was at the beginning.
  const isNumber = spec.target.mode === 'one' || spec.target.mode === 'fixed';
  const most = isNumber ? wantedCount(spec.target, Number.POSITIVE_INFINITY, 1) : wanted;
  const cap = limits.maxPercentage === undefined ? maxTargets : Math.min(maxTargets, (selected * maxPercentage) / 100);
  return { count: Math.min(most, Math.floor(cap)) };
}
