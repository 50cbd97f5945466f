import { PadoError } from '@pado/fault';
import type { Intent } from '../../../../runner/src/intents/intent.ts';
import type { IntentJournal } from '../../../../runner/src/intents/journal.ts';
import type { Aws, Operation } from '../../../../runner/src/providers/aws/client.ts';

export interface FakeInstance {
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly zone?: string;
  state?: string;
}

export interface Called {
  readonly operation: Operation;
  // biome-ignore lint/suspicious/noExplicitAny: whatever a test looks at
  readonly input: any;
}

/** Instances that obey at once, but for what `fail` throws. */
export function fakeAws(instances: FakeInstance[], fail: (called: Called) => void = () => {}) {
  const calls: Called[] = [];
  const obeyed: Partial<Record<Operation, string>> = {
    ...{ 'ec2:StopInstances': 'stopped', 'ec2:StartInstances': 'running', 'ec2:TerminateInstances': 'terminated' },
  };
  const aws: Aws = {
    region: 'here',
    call: async (operation, input, signal) => {
      signal.throwIfAborted();
      const called = { operation, input } as Called;
      calls.push(called);
      fail(called);
      const { Filters = [], InstanceIds } = called.input;
      const unknown = InstanceIds?.filter((id: string) => !instances.some((one) => one.id === id)) ?? [];
      // As AWS does: one unknown id refuses the whole call.
      if (unknown.length > 0) throw new PadoError('ERR_PADO_NOT_FOUND', `AWS does not know ${unknown} in here`);
      if (operation === 'ec2:DescribeInstances') {
        const fit = instances.filter(
          ({ id, tags }) =>
            (InstanceIds === undefined || InstanceIds.includes(id)) &&
            Filters.every(({ Name, Values }: { Name: string; Values: string[] }) =>
              Values.includes(
                Name === 'instance-id' ? id : Name === 'private-dns-name' ? dnsName(id) : (tags[Name.slice(4)] ?? ''),
              ),
            ),
        );
        return { Reservations: [{ OwnerId: '1', Instances: fit.map(sdkInstance) }] } as never;
      }
      for (const one of instances)
        if (InstanceIds?.includes(one.id)) one.state = obeyed[operation] ?? one.state ?? 'running';
      return {} as never;
    },
    close: () => {},
  };
  return { aws, calls };
}

const dnsName = (id: string): string => `ip-10-0-0-${Number.parseInt(id.slice(2), 16)}.here.compute.internal`;

const sdkInstance = ({ id, tags, zone = 'here-a', state = 'running' }: FakeInstance) => ({
  ...{ InstanceId: id, State: { Name: state }, Placement: { AvailabilityZone: zone }, PrivateDnsName: dnsName(id) },
  Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
});

/** A journal in memory, with the data of each intent as it began, and each state that it came to. */
export function fakeIntents() {
  const states: string[] = [];
  const data: object[] = [];
  const journal: IntentJournal = {
    begin: async (given) => {
      const intent = {
        ...given,
        id: `${states.length}`,
        at: '',
        owner: { host: '', pid: 0, startTicks: 0 },
        state: 'open',
      } as Intent;
      const place = states.push('open') - 1;
      data.push(given.data);
      return {
        intent,
        add: async () => {},
        close: async (state) => {
          states[place] = state;
        },
      };
    },
    open: async () => ({ intents: [], broken: [] }),
    close: async () => {},
    prune: async () => {},
  };
  return { journal, states, data };
}
