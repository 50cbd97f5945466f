import { redact } from '../providers/redact.ts';
import type { Experiment } from './experiment.ts';

/** Gives back a value with `***` in place of every secret's value in its texts; events and journals pass through it. */
export function concealer({ secrets }: Pick<Experiment, 'secrets'>): <T>(value: T) => T {
  if (Object.values(secrets).every((group) => Object.keys(group).length === 0)) return (value) => value;
  const conceal = (value: unknown): unknown => {
    if (typeof value === 'string') return redact(value, secrets);
    if (Array.isArray(value)) return value.map(conceal);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, conceal(item)]));
  };
  return <T>(value: T) => conceal(value) as T;
}
