import { array, boolean, integer, object, oneOf, string } from '../src/json-schema.ts';
import { endReason, evidence } from './evidence.ts';

const target = object(
  {
    pod: string({ description: 'the name of the pod' }),
    podUid: string({ description: 'the uid of the pod' }),
    pid: integer({ description: 'the process id within its container' }),
    instance: string({ description: 'one a process start' }),
    name: string({ description: 'the label app.kubernetes.io/name' }),
    state: oneOf(['pending', 'armed', 'suspended', 'ended', 'failed', 'lost'], {
      description: 'how the fault stands in this process',
    }),
    recovered: boolean({ description: 'whether what the fault did has been undone there' }),
    evidence,
  },
  {
    container: string({ description: 'the container of the process' }),
    thread: integer({ description: 'the thread; absent or 0 is the main one' }),
    reason: string({ description: 'why it stands so, for people' }),
    pulse: integer({ description: 'the last pulse in which a fault that ends processes may have hit the pod' }),
  },
  { description: 'one process, or a thread of one' },
);

/** FaultReport of ../src/kubernetes.ts without what every object has; a test keeps the two the same. */
export const reportSchema = object(
  {
    fault: object(
      { name: string({ description: 'its name' }), uid: string({ description: 'its uid' }) },
      {},
      { description: 'the Fault that the report is about' },
    ),
    node: string({ description: "the node, or the agent's pod where agents are a Deployment" }),
    renewTime: string({ description: 'renewed while the fault lasts and its agent lives', format: 'date-time' }),
    targets: array(target, { description: 'each process on the node that the fault was meant for' }),
  },
  {
    endReason,
    refusal: string({ description: "set when this node's agent has refused the fault: a sentence" }),
  },
  { description: 'What became of a fault on one node, written by the agent of that node alone' },
);
