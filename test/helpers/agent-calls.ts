/**
 * What the agent asks of the API server: by source file, with the number of places there that ask. Tests hold it against
 * the sources on one side and the chart's roles on the other.
 */
export interface AgentCall {
  readonly verbs: readonly string[];
  /** Such as `faults.pado.dev/status`; resources of the core group have no suffix. */
  readonly resource: string;
  /** Where the agent asks for one object only. */
  readonly name?: string;
  /** any: in every namespace, or across them. */
  readonly where: 'own' | 'any';
  /** What fails without it. */
  readonly for: string;
}

export interface AskingFile {
  /** How often it calls `api.request`, `records.request`, `api.watch`, `createInformer` or `deleteLease`. */
  readonly places: number;
  readonly calls: readonly AgentCall[];
}

const leases = 'leases.coordination.k8s.io';
const lists = ['list', 'watch'];

/** Files of agent/daemon/src/kubernetes. */
export const agentCalls: Readonly<Record<string, AskingFile>> = {
  'agent.ts': {
    places: 5,
    calls: [
      { verbs: lists, resource: 'pods', where: 'any', for: 'no injector is let in' },
      { verbs: lists, resource: 'namespaces', where: 'any', for: 'caps of a namespace are not known' },
      { verbs: lists, resource: 'configmaps', name: 'pado-limits', where: 'own', for: 'the lever is not heard' },
      { verbs: lists, resource: 'faults.pado.dev', where: 'any', for: 'no fault begins' },
    ],
  },
  'events.ts': {
    places: 1,
    calls: [{ verbs: ['create'], resource: 'events', where: 'any', for: 'kubectl describe tells nothing' }],
  },
  'report-writer.ts': {
    places: 2,
    calls: [
      {
        ...{ verbs: ['get', 'create', 'update'], resource: 'faultreports.pado.dev', where: 'any' },
        for: 'no fault is on record, and none begins',
      },
    ],
  },
  'status-keeper.ts': {
    places: 2,
    calls: [
      { verbs: lists, resource: 'faultreports.pado.dev', where: 'any', for: 'no status is summed up' },
      { verbs: ['patch'], resource: 'faults.pado.dev/status', where: 'any', for: 'kubectl get flt shows nothing' },
    ],
  },
  'services.ts': {
    places: 2,
    calls: [
      { verbs: ['get'], resource: 'services', where: 'any', for: 'match.service stands for nothing' },
      {
        ...{ verbs: ['list'], resource: 'endpointslices.discovery.k8s.io', where: 'any' },
        for: 'match.service misses clients that choose a pod themselves',
      },
    ],
  },
  'identity/review.ts': {
    places: 1,
    calls: [
      {
        ...{ verbs: ['create'], resource: 'tokenreviews.authentication.k8s.io', where: 'any' },
        for: 'no injector is let in',
      },
    ],
  },
  'tls/ca.ts': {
    places: 3,
    calls: [
      { verbs: ['create'], resource: 'secrets', where: 'own', for: 'the first agent has no CA' },
      {
        ...{ verbs: ['get', 'update'], resource: 'secrets', name: 'pado-agent-ca-key', where: 'own' },
        for: 'agents share no CA, and it is not turned',
      },
    ],
  },
  'tls/publish-ca.ts': {
    places: 3,
    calls: [
      { verbs: ['create'], resource: 'configmaps', where: 'any', for: 'no pod can trust the agent' },
      {
        ...{ verbs: ['get', 'update'], resource: 'configmaps', name: 'pado-agent-ca', where: 'any' },
        for: 'pods do not hear of a CA that has turned',
      },
    ],
  },
  'leases/owner-lease.ts': {
    places: 2,
    calls: [{ verbs: lists, resource: leases, where: 'any', for: 'a fault outlives its run' }],
  },
  'leases/leader.ts': {
    places: 1,
    calls: [{ verbs: ['get'], resource: leases, where: 'own', for: 'nobody is elected' }],
  },
  'leases/held-lease.ts': {
    places: 3,
    calls: [
      {
        ...{ verbs: ['get', 'create', 'update', 'delete'], resource: leases, where: 'own' },
        for: 'no slot is taken, kept or given back',
      },
    ],
  },
  'leases/lease.ts': {
    places: 1,
    calls: [{ verbs: ['delete'], resource: leases, where: 'own', for: 'slots are not given back' }],
  },
  'leases/crowd.ts': {
    places: 1,
    calls: [{ verbs: ['list'], resource: leases, where: 'any', for: 'candidates of a large cluster ask too often' }],
  },
  'leases/freeze-count.ts': {
    places: 3,
    calls: [{ verbs: ['get', 'create', 'update'], resource: leases, where: 'own', for: 'a share has no count' }],
  },
  'leases/slots.ts': {
    places: 1,
    calls: [{ verbs: ['list'], resource: leases, where: 'own', for: 'no slot is found' }],
  },
  'leases/sweep-slots.ts': {
    places: 2,
    calls: [{ verbs: ['list', 'delete'], resource: leases, where: 'own', for: 'slots pile up' }],
  },
};

export interface Right {
  readonly verb: string;
  readonly resource: string;
  readonly name?: string;
  readonly where: 'own' | 'any';
}

interface Role {
  readonly kind: string;
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

const withGroup = (resource: string, group: string): string => {
  const [head, ...sub] = resource.split('/');
  return [group === '' ? head : `${head}.${group}`, ...sub].join('/');
};

/** Each verb on each resource that a role gives, one by one. */
export const rightsOf = ({ kind, rules }: Role): Right[] =>
  rules.flatMap(({ apiGroups, resources, resourceNames = [undefined], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        resourceNames.flatMap((name) =>
          verbs.map((verb) => ({
            ...{ verb, resource: withGroup(resource, group), where: kind === 'ClusterRole' ? 'any' : 'own' },
            ...(name === undefined ? {} : { name }),
          })),
        ),
      ),
    ),
  ) as Right[];

export const textOf = ({ verb, resource, name, where }: Right): string =>
  `${verb} ${resource}${name === undefined ? '' : ` ${name}`}${where === 'own' ? ' in the own namespace' : ''}`;

/** Whether the right allows the call. */
export const allows = (right: Right, call: AgentCall, verb: string): boolean =>
  right.verb === verb &&
  right.resource === call.resource &&
  (right.where === 'any' || call.where === 'own') &&
  (right.name === undefined || right.name === call.name);
