import type { Action, Activity, FaultProvider } from './schema.ts';

export type FaultAction = Action & { readonly provider: FaultProvider };

export const isFaultAction = (activity: Activity): activity is FaultAction =>
  activity.type === 'action' && activity.provider.type === 'fault';

/** Faults are known to the agent by name: the activity's own, made fit, when it gives none. */
export const faultName = ({ name, provider }: FaultAction): string =>
  provider.name ??
  (name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 63)
    .replace(/-+$/, '') ||
    'fault');
