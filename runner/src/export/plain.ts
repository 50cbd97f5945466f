import type { Activity, HypothesisProbe, PadoExtension } from '../experiment/schema.ts';

/** Fields of the plain providers that only Pado reads. */
const ours: Readonly<Record<string, readonly string[]>> = {
  http: ['window', 'read'],
  process: ['window', 'env', 'mute', 'encoding'],
  python: ['window'],
};

/** Whether Chaos Toolkit itself can do an activity, with the same outcome. */
export function isPlain({ provider }: Pick<Activity | HypothesisProbe, 'provider'>): boolean {
  const fields = ours[provider.type];
  return fields !== undefined && !fields.some((field) => field in provider);
}

/** Whether Chaos Toolkit itself can judge a probe of the hypothesis: asked once before and once after the method. */
export function isPlainProbe(probe: HypothesisProbe): boolean {
  if (!isPlain(probe) || 'expect' in probe || 'atLeast' in probe || 'weight' in probe) return false;
  return isPlainTolerance(probe.tolerance);
}

function isPlainTolerance(tolerance: unknown): boolean {
  if (typeof tolerance !== 'object' || tolerance === null || Array.isArray(tolerance)) return true;
  const { type, tolerance: inner } = tolerance as Record<string, unknown>;
  return type !== 'compare' && type !== 'response' && inner === undefined;
}

/** Whether the extension asks for something to be done; annotations and webhooks alone tell only what is done. */
export const isActive = ({ name: _, grafana: __, webhook: ___, ...rest }: PadoExtension): boolean =>
  Object.keys(rest).length > 0;
