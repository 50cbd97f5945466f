import { nearest, PadoError } from '@pado/fault';
import { type ServiceName, services } from '../contracts.ts';
import type { ShopSettings } from '../experiment/schema/shop.ts';

/** The label by which a fault selects one process among the replicas of a service: catalog-2. */
export const instanceLabel = 'pado.dev/instance';

/** MiB of old space that one service of the shop never fills, kept small: ten such processes share one laptop. */
export const defaultHeapMb = 192;

/** What is started, in the shop's own order. */
export const startedServices = ({ services: wanted }: ShopSettings = {}): readonly ServiceName[] =>
  services.filter((name) => wanted === undefined || wanted.includes(name));

/** The names of a service's processes: catalog, catalog-2, catalog-3. */
export const processNames = (service: ServiceName, { replicas }: ShopSettings = {}): readonly string[] =>
  Array.from({ length: replicas?.[service] ?? 1 }, (_, index) => processName(service, index));

export const processName = (service: string, index: number): string =>
  index === 0 ? service : `${service}-${index + 1}`;

/** Settings of services that there are not, or that are not started: a typing mistake would pass for an effect. */
export function strangers(
  settings: ShopSettings = {},
): readonly { readonly at: readonly string[]; readonly message: string }[] {
  const started = startedServices(settings);
  return (['replicas', 'env', 'heapMb'] as const).flatMap((part) =>
    Object.keys(settings[part] ?? {})
      .filter((name) => !started.some((one) => one === name))
      .map((name) => {
        const guess = nearest(name, started);
        const hint = guess === undefined ? '' : `; did you mean "${guess}"?`;
        return { at: [part, name], message: `no service "${name}" is started${hint} (started: ${started.join(', ')})` };
      }),
  );
}

/** @throws PadoError ERR_PADO_INVALID for {@link strangers} */
export function requireKnown(settings: ShopSettings = {}): void {
  for (const { at, message } of strangers(settings))
    throw new PadoError('ERR_PADO_INVALID', `shop.${at[0]}: ${message}`);
}

/** Where the settings that run are not the wanted ones, in words; empty where they are. */
export function settingsDiffer(wanted: ShopSettings | undefined, running: ShopSettings | undefined): readonly string[] {
  const [want, have] = [facts(wanted), facts(running)];
  const names = [...new Set([...want.keys(), ...have.keys()])].sort();
  return names
    .filter((name) => want.get(name) !== have.get(name))
    .map((name) => `${name}: ${have.get(name) ?? 'unset'} instead of ${want.get(name) ?? 'unset'}`);
}

/** What to tell when an experiment names a shop that is not the one that runs; undefined when all is well. */
export function settingsWarning(
  file: string,
  wanted: ShopSettings | undefined,
  running: ShopSettings | undefined,
): string | undefined {
  const different = wanted === undefined ? [] : settingsDiffer(wanted, running);
  if (different.length === 0) return undefined;
  const remedy =
    wanted?.supervise === true
      ? 'restarts need a runner that stays: "pado bench" or "npm run cascades"'
      : `"pado down" and "pado up --for ${file}" start it so`;
  return `the shop that runs is not the one of ${file} (${different.join('; ')}): ${remedy}`;
}

/** Every setting as one text by its path, defaults filled in, so that what means the same compares as the same. */
function facts(settings: ShopSettings = {}): ReadonlyMap<string, string> {
  const { env = {}, heapMb = {}, supervise = false } = settings;
  const started = startedServices(settings);
  const own = started.flatMap((service): (readonly [string, string])[] => [
    [`replicas.${service}`, String(processNames(service, settings).length)],
    [`heapMb.${service}`, String(heapMb[service] ?? defaultHeapMb)],
    ...Object.entries(env[service] ?? {}).map(([key, value]) => [`env.${service}.${key}`, String(value)] as const),
  ]);
  // What is not started differs by that alone.
  return new Map([['services', started.join(', ')], ['supervise', String(supervise)], ...own]);
}
