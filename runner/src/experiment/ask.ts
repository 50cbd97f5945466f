import { PadoError } from '@pado/fault';
import type { TimeWindow } from '../contracts.ts';
import type { AwsProvider } from '../providers/aws/provider.ts';
import { askHttp } from '../providers/http.ts';
import type { KubernetesProvider } from '../providers/kubernetes/provider.ts';
import { runProcess } from '../providers/process.ts';
import type { Prometheus } from '../providers/prometheus.ts';
import { askPrometheus } from '../providers/prometheus-probe.ts';
import type { Answer, CallContext } from '../providers/provider.ts';
import type { Python } from '../providers/python/python.ts';
import type { HttpProvider, ProbeProvider, ProcessProvider, PythonProvider } from './schema.ts';
import type { Tolerance } from './tolerance-schema.ts';

/** Whatever a probe may need in order to be asked. What an experiment does not use is not there. */
export interface Asking {
  readonly call: CallContext;
  readonly prometheus: Prometheus;
  readonly python?: Python | undefined;
  readonly kubernetes?: KubernetesProvider | undefined;
  readonly aws?: AwsProvider | undefined;
}

export interface Question {
  readonly provider: ProbeProvider;
  /** What a query over time looks at; the others are asked for the present. */
  readonly window: TimeWindow;
  /** Decides which look of a range is the worst. */
  readonly tolerance?: Tolerance | undefined;
}

/**
 * Asks once. @throws PadoError ERR_PADO_PROVIDER when the one who was asked failed, which is an observation; any other
 * code when it could not be asked at all.
 */
export async function ask({ provider, window, tolerance }: Question, asking: Asking): Promise<Answer> {
  const { call, prometheus } = asking;
  switch (provider.type) {
    case 'prometheus':
    case 'slo':
      return askPrometheus(provider, window, tolerance, prometheus, call.signal);
    case 'http':
    case 'process':
    case 'python':
      return callOut(provider, asking);
    case 'kubernetes':
      return needed(asking.kubernetes, 'kubernetes').ask(provider, call.signal);
    case 'aws':
      return needed(asking.aws, 'aws').ask(provider, call.signal);
    case 'k6':
      throw new PadoError('ERR_PADO_INVALID', 'the provider k6 is judged once, at the end of the load');
  }
}

/** Chaos Toolkit's own providers, which are the same in a probe and in an action. */
export async function callOut(
  provider: HttpProvider | ProcessProvider | PythonProvider,
  { call, python }: Asking,
): Promise<Answer> {
  switch (provider.type) {
    case 'http':
      return askHttp(provider, call);
    case 'process':
      return runProcess(provider, call);
    case 'python':
      return needed(python, 'python').call(provider, call);
  }
}

export function needed<T>(part: T | undefined, provider: keyof typeof remedies): T {
  if (part !== undefined) return part;
  throw new PadoError('ERR_PADO_USAGE', `the provider ${provider} cannot be used here: ${remedies[provider]}`);
}

const remedies = {
  kubernetes: 'run it with --kubernetes',
  python: 'install chaostoolkit into your Python',
  aws: 'ask it in a probe or an action of the run',
} as const;
