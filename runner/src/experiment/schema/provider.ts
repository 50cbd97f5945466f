import { literal, type Schema, union } from '@pado/fault/json-schema';
import { awsAction, awsProbe } from './providers/aws.ts';
import { faultProvider } from './providers/fault.ts';
import { httpProvider } from './providers/http.ts';
import { k6Action, k6Provider } from './providers/k6.ts';
import { kubernetesAction, kubernetesProbe } from './providers/kubernetes.ts';
import { processProvider } from './providers/process.ts';
import { prometheusProvider, sloProvider } from './providers/prometheus.ts';
import { pythonProvider } from './providers/python.ts';

/** An alternative of alternatives is told apart by its type like the others. */
const typed = <T>(type: string, schema: Schema<T>): Schema<T> =>
  ({ ...schema, properties: { type: literal(type, { description: type }) } }) as Schema<T>;

export const probeProvider = union(
  'type',
  [
    prometheusProvider,
    sloProvider,
    k6Provider,
    httpProvider,
    processProvider,
    pythonProvider,
    typed('kubernetes', kubernetesProbe),
    typed('aws', awsProbe),
  ],
  {
    description: 'what a probe asks: a provider of type prometheus, slo, k6, http, process, python, kubernetes or aws',
  },
);

export const actionProvider = union(
  'type',
  [
    faultProvider,
    k6Action,
    httpProvider,
    processProvider,
    pythonProvider,
    typed('kubernetes', kubernetesAction),
    typed('aws', awsAction),
  ],
  { description: 'what an action does: a provider of type fault, k6, http, process, python, kubernetes or aws' },
);
