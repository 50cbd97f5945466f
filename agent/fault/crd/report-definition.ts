import { age, type Column, definition, objectFields } from './definition.ts';
import type { Node } from './node.ts';
import { reportSchema } from './report.ts';
import { structural } from './structural.ts';

const columns: Column[] = [
  { name: 'Fault', type: 'string', jsonPath: '.fault.name' },
  { name: 'Node', type: 'string', jsonPath: '.node' },
  { name: 'End', type: 'string', jsonPath: '.endReason', description: 'why it ended there' },
  { name: 'Renewed', type: 'date', jsonPath: '.renewTime', description: 'how long ago the agent wrote it' },
  age,
  { name: 'Refusal', type: 'string', jsonPath: '.refusal', priority: 1 },
];

const schema = structural(reportSchema as Node);

export const faultReportDefinition = definition(
  { kind: 'FaultReport', plural: 'faultreports', shortNames: ['fltr'] },
  { ...schema, properties: { ...objectFields, ...schema.properties } },
  columns,
);
