import { type Api, call } from './call.ts';
import type { Place } from './place.ts';
import type { AgentFile, FaultStatus, TargetStatus } from './wire.ts';

const nameLabel = 'app.kubernetes.io/name';
const part = encodeURIComponent;

/** The processes that are connected to the agent of this machine. A namespace has no meaning there. */
export function localPlace({ url, token }: { url: AgentFile['url']; token: string }): Place {
  const api: Api = { url, name: `the agent at ${url}`, token };
  const fault = (name: string) => `/v1/faults/${part(name)}`;
  const lease = (name: string) => `/v1/leases/${part(name)}`;
  const read = (name: string) => call<FaultStatus>(api, 'GET', fault(name));
  return {
    name: api.name,
    noun: 'process',
    targets: () => {
      const { items } = call<{ items: readonly TargetStatus[] }>(api, 'GET', '/v1/targets');
      return mainOf(items).map(({ target, labels }) => ({ name: target, labels }));
    },
    service: (name) => ({ labels: { [nameLabel]: name }, portOf: (port) => port }),
    create: (name, spec) => {
      const body = { apiVersion: 'pado.dev/v1alpha1', kind: 'Fault', metadata: { name }, spec };
      call(api, 'POST', '/v1/faults?wait=true', body);
    },
    progress: (name) => {
      const { phase, endReason, conditions, targets, evidence } = read(name);
      return {
        phase,
        ...(endReason === undefined ? {} : { endReason }),
        isRecovered: conditions.AllRecovered,
        reasons: targets.flatMap(({ target, reason }) => (reason === undefined ? [] : [`${target}: ${reason}`])),
        matched: evidence.reduce((sum, { matched }) => sum + matched, 0),
        applied: evidence.reduce((sum, { applied }) => sum + applied, 0),
      };
    },
    gone: (name) =>
      mainOf(read(name).targets).flatMap(({ target, state, evidence }) =>
        state === 'lost' && evidence.some(({ applied }) => applied > 0) ? [target] : [],
      ),
    remove: (name) => call(api, 'DELETE', fault(name)),
    lease: {
      renew: (name, durationMs) => call(api, 'PUT', lease(name), { durationMs }),
      release: (name) => call(api, 'DELETE', lease(name)),
    },
  };
}

/** One a process, without its worker threads, whose names are longer. */
function mainOf<T extends { readonly pid: number; readonly target: string }>(targets: readonly T[]): readonly T[] {
  const mains = new Map<number, T>();
  for (const target of targets) {
    const known = mains.get(target.pid);
    if (known === undefined || target.target.length < known.target.length) mains.set(target.pid, target);
  }
  return [...mains.values()];
}
