/**
 * Fault and FaultReport as CustomResourceDefinitions, made of the schema that validates faults everywhere else.
 * `node agent/fault/crd.ts` writes them into the chart; a test keeps them in step.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { template } from './crd/chart.ts';
import { faultDefinition } from './crd/fault-definition.ts';
import { faultReportDefinition } from './crd/report-definition.ts';

export { faultDefinition, faultReportDefinition };

const file = (name: string): string =>
  fileURLToPath(new URL(`../../charts/agent/templates/crds/${name}`, import.meta.url));

/** The chart's files by path. */
export const crdFiles: Readonly<Record<string, string>> = {
  [file('fault.yaml')]: template(faultDefinition),
  [file('faultreport.yaml')]: template(faultReportDefinition),
};

if (import.meta.main) {
  for (const [path, text] of Object.entries(crdFiles)) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}
