import { nameLabel, nearest } from '@pado/fault';
import { isObject } from '../../is-object.ts';
import type { Path } from '../source.ts';
import type { Broken, Report } from './walk.ts';

/** Names of services in faults, also in faults that have other mistakes. */
export function checkServices(
  method: unknown,
  services: readonly string[] | undefined,
  { broken, report }: { readonly broken: Broken; readonly report: Report },
): void {
  if (services === undefined || !Array.isArray(method)) return;
  const known = (name: unknown, path: Path) => {
    if (typeof name !== 'string' || services.includes(name) || broken(path)) return;
    report(path, unknownService(name, services));
  };
  for (const [index, activity] of method.entries()) {
    const provider = fieldOf(activity, 'provider');
    if (fieldOf(provider, 'type') !== 'fault') continue;
    const spec = fieldOf(provider, 'spec');
    const at = ['method', index, 'provider', 'spec'];
    const labels = fieldOf(fieldOf(fieldOf(spec, 'target'), 'selector'), 'matchLabels');
    known(fieldOf(labels, nameLabel), [...at, 'target', 'selector', 'matchLabels', nameLabel]);
    const effects = fieldOf(spec, 'effects');
    for (const [place, effect] of (Array.isArray(effects) ? effects : []).entries()) {
      known(fieldOf(fieldOf(effect, 'match'), 'service'), [...at, 'effects', place, 'match', 'service']);
    }
  }
}

const fieldOf = (value: unknown, field: string): unknown => (isObject(value) ? value[field] : undefined);

function unknownService(name: string, services: readonly string[]): string {
  const near = nearest(name, services);
  const question = near === undefined ? '' : `: did you mean \`${near}\`?`;
  return `no service is called ${name}${question}; there are: ${services.join(', ')}`;
}
