import { PadoError } from '@pado/fault';
import type { Aws } from '../../../../runner/src/providers/aws/client.ts';
import type { Called } from './fake.ts';

const allowed = { 'pado.dev/allow': 'true' };

/** FIS with the one template EXT1, or with none, as another account sees it; `fail` throws before a call is obeyed. */
export function fakeFis({ templates = ['EXT1'], fail = () => {} }: Options = {}) {
  const experiments: { id: string; tags: Record<string, string>; status: string }[] = [];
  const calls: string[] = [];
  const shown = ({ id, tags, status }: (typeof experiments)[number]) => ({ id, tags, state: { status } });
  const find = <T extends { id: string }>(all: readonly T[], id: string): T => {
    const found = all.find((one) => one.id === id);
    if (found === undefined) throw new PadoError('ERR_PADO_NOT_FOUND', `AWS does not know ${id} in here`);
    return found;
  };
  const aws: Aws = {
    region: 'here',
    call: async (operation, input, signal) => {
      signal.throwIfAborted();
      calls.push(operation);
      const called = { operation, input } as Called;
      const start = () => {
        const made = { id: `EXP${experiments.length + 1}`, tags: called.input.tags, status: 'running' };
        experiments.push(made);
        return { experiment: shown(made) };
      };
      fail(called, start);
      const answers: Record<string, () => object> = {
        'fis:GetExperimentTemplate': () => {
          const known = templates.map((id) => ({ id, tags: allowed }));
          return { experimentTemplate: find(known, called.input.id) };
        },
        'fis:ListExperiments': () => ({ experiments: experiments.map(shown) }),
        'fis:StartExperiment': start,
        'fis:GetExperiment': () => ({ experiment: shown(find(experiments, called.input.id)) }),
        'fis:StopExperiment': () => {
          find(experiments, called.input.id).status = 'stopped';
          return {};
        },
      };
      return (answers[operation]?.() ?? {}) as never;
    },
    close: () => {},
  };
  return { aws, calls, experiments };
}

interface Options {
  readonly templates?: readonly string[];
  /** May start the experiment all the same, before it throws. */
  readonly fail?: (called: Called, start: () => object) => void;
}
