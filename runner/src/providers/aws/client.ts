import type {
  DescribeAutoScalingGroupsCommandInput as DescribeGroupsInput,
  DescribeAutoScalingGroupsCommandOutput as DescribeGroupsOutput,
} from '@aws-sdk/client-auto-scaling';
import type { DescribeAlarmsCommandInput, DescribeAlarmsCommandOutput } from '@aws-sdk/client-cloudwatch';
import type {
  DescribeInstancesCommandInput,
  DescribeInstancesCommandOutput,
  RebootInstancesCommandInput,
  RebootInstancesCommandOutput,
  StartInstancesCommandInput,
  StartInstancesCommandOutput,
  StopInstancesCommandInput,
  StopInstancesCommandOutput,
  TerminateInstancesCommandInput,
  TerminateInstancesCommandOutput,
} from '@aws-sdk/client-ec2';
import type {
  GetExperimentCommandInput,
  GetExperimentCommandOutput,
  GetExperimentTemplateCommandInput,
  GetExperimentTemplateCommandOutput,
  ListExperimentsCommandInput,
  ListExperimentsCommandOutput,
  ListExperimentTemplatesCommandInput,
  ListExperimentTemplatesCommandOutput,
  StartExperimentCommandInput,
  StartExperimentCommandOutput,
  StopExperimentCommandInput,
  StopExperimentCommandOutput,
} from '@aws-sdk/client-fis';
import { PadoError } from '@pado/fault';
import { awsError } from './errors.ts';

/** Every call that is made, by the name of the IAM action that allows it: what it takes, and what it gives. */
export interface Operations {
  'ec2:DescribeInstances': [DescribeInstancesCommandInput, DescribeInstancesCommandOutput];
  'ec2:StopInstances': [StopInstancesCommandInput, StopInstancesCommandOutput];
  'ec2:StartInstances': [StartInstancesCommandInput, StartInstancesCommandOutput];
  'ec2:RebootInstances': [RebootInstancesCommandInput, RebootInstancesCommandOutput];
  'ec2:TerminateInstances': [TerminateInstancesCommandInput, TerminateInstancesCommandOutput];
  'fis:GetExperimentTemplate': [GetExperimentTemplateCommandInput, GetExperimentTemplateCommandOutput];
  'fis:ListExperimentTemplates': [ListExperimentTemplatesCommandInput, ListExperimentTemplatesCommandOutput];
  'fis:StartExperiment': [StartExperimentCommandInput, StartExperimentCommandOutput];
  'fis:GetExperiment': [GetExperimentCommandInput, GetExperimentCommandOutput];
  'fis:ListExperiments': [ListExperimentsCommandInput, ListExperimentsCommandOutput];
  'fis:StopExperiment': [StopExperimentCommandInput, StopExperimentCommandOutput];
  'cloudwatch:DescribeAlarms': [DescribeAlarmsCommandInput, DescribeAlarmsCommandOutput];
  'autoscaling:DescribeAutoScalingGroups': [DescribeGroupsInput, DescribeGroupsOutput];
}
export type Operation = keyof Operations;

/** One region of an account. */
export interface Aws {
  readonly region: string;
  /** @throws PadoError with a code and a remedy; the signal's reason when that is aborted, and then nobody knows whether it was done */
  readonly call: <O extends Operation>(
    operation: O,
    input: Operations[O][0],
    signal: AbortSignal,
  ) => Promise<Operations[O][1]>;
  readonly close: () => void;
}

/** A client of the SDK, as far as all are alike. */
interface Client {
  readonly config: { readonly region: () => Promise<string>; readonly credentials: () => Promise<unknown> };
  readonly send: (command: object, options: { readonly abortSignal: AbortSignal }) => Promise<never>;
  readonly destroy: () => void;
}

/** Loaded when first called: the SDK's EC2 client alone costs a third of a second and 60 MiB. */
const modules = {
  ec2: async () => ({ commands: await import('@aws-sdk/client-ec2'), name: 'EC2Client' }),
  fis: async () => ({ commands: await import('@aws-sdk/client-fis'), name: 'FisClient' }),
  cloudwatch: async () => ({ commands: await import('@aws-sdk/client-cloudwatch'), name: 'CloudWatchClient' }),
  autoscaling: async () => ({ commands: await import('@aws-sdk/client-auto-scaling'), name: 'AutoScalingClient' }),
} as const;
type Service = keyof typeof modules;

/** The SDK's own `standard` mode: exponential, with jitter, and a budget. */
const maxAttempts = 3;
/** Of one call with all its attempts. */
const callLimitMs = 30_000;
const requestHandler = { connectionTimeout: 3_000, requestTimeout: 9_000, throwOnRequestTimeout: true };

/**
 * Credentials, region and endpoint (AWS_ENDPOINT_URL) by the SDK's default chain; a region that is given goes first.
 * @throws PadoError ERR_PADO_USAGE without a region, ERR_PADO_UNAUTHORIZED without credentials
 */
export async function connectAws(region?: string): Promise<Aws> {
  const clients = new Map<Service, Promise<{ readonly client: Client; readonly commands: object }>>();
  const open = (service: Service) => {
    const found = clients.get(service);
    if (found !== undefined) return found;
    const opened = (async () => {
      const { commands, name } = await modules[service]();
      const Constructor = (commands as unknown as Record<string, new (config: object) => Client>)[name];
      if (Constructor === undefined) throw new TypeError(`the SDK has no ${name}`);
      const options = { maxAttempts, retryMode: 'standard', requestHandler };
      return { client: new Constructor(region === undefined ? options : { ...options, region }), commands };
    })();
    clients.set(service, opened);
    return opened;
  };
  const { client } = await open('ec2');
  const known = await client.config.region().catch((cause) => {
    const message = 'no AWS region is known: set AWS_REGION, or give the activity the field `region`';
    throw new PadoError('ERR_PADO_USAGE', message, { cause });
  });
  await client.config.credentials().catch((cause) => {
    throw awsError(cause, { operation: 'the credentials', region: known, maxAttempts: 1 });
  });
  return {
    region: known,
    call: async (operation, input, signal) => {
      signal.throwIfAborted();
      const [service, name] = operation.split(':') as [Service, string];
      const { client, commands } = await open(service);
      const Command = (commands as Record<string, new (input: object) => object>)[`${name}Command`];
      if (Command === undefined) throw new TypeError(`the SDK has no ${name}Command`);
      const limit = AbortSignal.timeout(callLimitMs);
      const abortSignal = AbortSignal.any([signal, limit]);
      try {
        // The SDK waits between its attempts without looking at the signal.
        return await Promise.race([client.send(new Command(input), { abortSignal }), aborted(abortSignal)]);
      } catch (error) {
        signal.throwIfAborted();
        const cause = limit.aborted ? new Error(`no answer within ${callLimitMs / 1_000} s`) : error;
        throw awsError(cause, { operation, region: known, maxAttempts });
      }
    },
    close: () => {
      for (const one of clients.values()) one.then(({ client }) => client.destroy()).catch(() => {});
    },
  };
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
