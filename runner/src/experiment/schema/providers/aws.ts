import { duration } from '@pado/fault/fields';
import { type Described, literal, map, object, oneOf, type Schema, string, union } from '@pado/fault/json-schema';
import { unit, windows } from '../fields.ts';
import { allowField, guardsOf } from '../guards.ts';
import { selection } from '../selection.ts';

const type = literal('aws', { description: 'aws: asks or changes what runs in an AWS account' });
const name = (what: string): Schema<string> => string({ description: what, minLength: 1, maxLength: 255 });
const region = name('a region such as ap-northeast-2; without it AWS_REGION, or that of the profile');

const tags = map(string({ description: 'a text', maxLength: 256 }), {
  description: 'tags, such as {app: shop}: all of them must be there',
  maxProperties: 16,
});

/** Which instances fit; several narrow each other down. */
const by = object(
  {},
  {
    node: name("a Kubernetes node by name; in a cluster its providerID names the instance, else the node's DNS name"),
    tags,
    zone: name('an availability zone such as ap-northeast-2a'),
    nodePool: name("a NodePool of Karpenter, by the instances' tag karpenter.sh/nodepool"),
    nodeClaim: name('a NodeClaim of Karpenter, by its providerID in a cluster, else by tag'),
  },
  { description: 'which instances fit: {tags: {app: shop}, zone: ap-northeast-2a}; several narrow each other down' },
);

const words = { things: 'instances', mark: 'tag' } as const;
const guards = guardsOf(words);

const deadline = (what: string, value: string) => duration(what, { default: value });
const chosen = { ...selection, guards, region } as const;

const act = <const A extends string>(action: A, what: string) => ({
  type,
  action: literal(action, { description: `${action}: ${what}` }),
});

const tagsOnly = object({}, { allow: allowField(words) }, { description: 'limits: {allow: pado.dev/allow}' });

export const awsAction = union(
  'action',
  [
    object(
      { ...act('stop-instances', 'stops instances, and waits until they are stopped'), by },
      {
        ...chosen,
        rollback: oneOf(['start', 'none'], {
          description: 'start: started again at the end of the run, whatever happened; none: left as they are',
          default: 'start',
        }),
        deadline: deadline('how long stopping may take', '5m'),
      },
      { description: 'stop-instances' },
    ),
    object(
      { ...act('start-instances', 'starts all instances that fit and are stopped, and waits until they run'), by },
      { guards: tagsOnly, region, deadline: deadline('how long it may take', '5m') },
      { description: 'start-instances' },
    ),
    object(
      { ...act('reboot-instances', 'reboots instances, as a lost power supply would, and does not wait'), by },
      chosen,
      { description: 'reboot-instances' },
    ),
    object(
      { ...act('terminate-instances', 'ends instances for good; nothing brings them back'), by },
      { ...chosen, deadline: deadline('how long ending may take', '5m') },
      { description: 'terminate-instances' },
    ),
    object(
      act('start-experiment', 'starts a template of the Fault Injection Service and follows it to its end'),
      {
        template: name('the id of a template such as EXT123; it carries the tag that allows it'),
        tags,
        guards: tagsOnly,
        region,
        deadline: deadline('how long it may take before it is stopped', '1h'),
      },
      { description: 'start-experiment' },
    ),
  ],
  { description: 'the provider aws in an action: {type: aws, action: stop-instances, by: {tags: {…}}}' },
);

const ask = <const P extends string>(probe: P, what: string) => ({
  type,
  probe: literal(probe, { description: `${probe}: ${what}` }),
});
const asked = { region, window: windows('before, during and after'), unit } as const;

export const awsProbe = union(
  'probe',
  [
    object(
      {
        ...ask('alarm-state', 'the state of a CloudWatch alarm: OK, ALARM or INSUFFICIENT_DATA'),
        alarm: name('an alarm by name, of metrics or composite'),
      },
      asked,
      { description: 'alarm-state' },
    ),
    object({ ...ask('instances', 'how many instances that fit are running'), by }, asked, { description: 'instances' }),
    object(
      {
        ...ask('asg-healthy', 'how many instances of an Auto Scaling group are healthy and in service'),
        group: name('an Auto Scaling group by name'),
      },
      asked,
      { description: 'asg-healthy' },
    ),
  ],
  { description: 'the provider aws in a probe: {type: aws, probe: alarm-state, alarm: checkout-errors}' },
);

export type InstanceSelector = Described<typeof by>;
