import { duration } from '@pado/fault/fields';
import { boolean, integer, literal, map, object, oneOf, type Schema, string, union } from '@pado/fault/json-schema';
import { unit, windows } from '../fields.ts';
import { guardsOf } from '../guards.ts';
import { selection } from '../selection.ts';

const type = literal('kubernetes', { description: 'kubernetes: asks or changes the cluster' });
const name = (what: string): Schema<string> => string({ description: what, minLength: 1, maxLength: 253 });
const namespace = name("a namespace; without it the run's own");
const labels = map(name('a text'), {
  description: 'labels, such as {app.kubernetes.io/name: payments}',
  maxProperties: 32,
});

const pods = { labels, namespace, ...selection } as const;
const node = name('a node by name');
const guards = guardsOf({ things: 'nodes', mark: 'label' });
const deadline = duration('how long it may take', { default: '60s' });

const act = <const A extends string>(action: A, what: string) => ({
  type,
  action: literal(action, { description: `${action}: ${what}` }),
});

export const kubernetesAction = union(
  'action',
  [
    object(
      { ...act('delete-pods', 'deletes pods'), labels },
      { ...pods, gracePeriod: duration('time to stop in; 0s kills') },
      { description: 'delete-pods' },
    ),
    object(
      { ...act('evict-pods', 'evicts pods, as a drain does; budgets are respected'), labels },
      { ...pods, deadline },
      { description: 'evict-pods' },
    ),
    object(
      {
        ...act('scale', 'sets the replicas of a Deployment'),
        deployment: name('a Deployment'),
        replicas: integer({ description: 'a whole number', minimum: 0, maximum: 1_000 }),
      },
      { namespace },
      { description: 'scale' },
    ),
    object(
      {
        ...act('rollout-restart', 'replaces all pods of a Deployment, one after the other'),
        deployment: name('a Deployment'),
      },
      { namespace, wait: boolean({ description: 'true waits until it is complete', default: false }), deadline },
      { description: 'rollout-restart' },
    ),
    object(act('cordon', 'lets no new pod onto a node'), { node, labels, ...selection }, { description: 'cordon' }),
    object(act('uncordon', 'lets pods onto a node again'), { node, labels }, { description: 'uncordon' }),
    object(
      act('drain', 'cordons a node and evicts its pods; budgets are respected'),
      { node, labels, ...selection, guards, deadline },
      { description: 'drain' },
    ),
    object(
      act('delete-node', 'deletes the Node object'),
      { node, labels, ...selection, guards },
      { description: 'delete-node' },
    ),
    object(
      {
        ...act('taint', 'puts a taint on a node'),
        key: name('a key'),
        effect: oneOf(['NoSchedule', 'PreferNoSchedule', 'NoExecute'], {
          description: 'NoSchedule, PreferNoSchedule or NoExecute',
        }),
      },
      { node, labels, ...selection, value: name('a value'), guards },
      { description: 'taint' },
    ),
  ],
  { description: 'the provider kubernetes in an action: {type: kubernetes, action: delete-pods, labels: {…}}' },
);

const ask = <const P extends string>(probe: P, what: string) => ({
  type,
  probe: literal(probe, { description: `${probe}: ${what}` }),
});
const asked = { namespace, window: windows('before, during and after'), unit } as const;

export const kubernetesProbe = union(
  'probe',
  [
    object({ ...ask('pods-ready', 'how many pods are ready'), labels }, asked, { description: 'pods-ready' }),
    object({ ...ask('pods-restarted', 'how often containers of pods have restarted'), labels }, asked, {
      description: 'pods-restarted',
    }),
    object(
      { ...ask('deployment-available', 'how many replicas are available'), deployment: name('a Deployment') },
      asked,
      { description: 'deployment-available' },
    ),
    object(
      {
        ...ask('deployment-missing', 'how many replicas are wanted and not available'),
        deployment: name('a Deployment'),
      },
      asked,
      { description: 'deployment-missing' },
    ),
    object(
      {
        ...ask('replicas-missing', 'how many replicas of all Deployments together are wanted and not available'),
        labels,
      },
      asked,
      { description: 'replicas-missing' },
    ),
    object({ ...ask('endpoints', 'how many ready endpoints a Service has'), service: name('a Service') }, asked, {
      description: 'endpoints',
    }),
    object(ask('nodes-ready', 'how many nodes are ready'), { ...asked, labels }, { description: 'nodes-ready' }),
    object(
      {
        ...ask('condition', 'the status of a condition: True, False or Unknown'),
        kind: name('a kind such as Pod, Deployment or Node'),
        name: name('the object'),
        condition: name('a condition such as Ready or Available'),
      },
      { ...asked, apiVersion: name('its API version such as apps/v1, for kinds that are not well known') },
      { description: 'condition' },
    ),
  ],
  { description: 'the provider kubernetes in a probe: {type: kubernetes, probe: endpoints, service: payments}' },
);
