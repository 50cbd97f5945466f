import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { fieldTable, type SchemaNode } from '@pado/fault/field-table';
import { experimentSchema } from '../schema.ts';
import { steadyStateSchema } from '../steady-state-schema.ts';
import { toleranceSchema } from '../tolerance-schema.ts';
import { action, hypothesisProbe } from './activity.ts';
import { padoExtension } from './extension.ts';
import { actionProvider, probeProvider } from './provider.ts';

/** The page that is made of the schema. `node runner/src/experiment/schema/reference.ts` writes it; a test keeps it in step. */
export const referenceFile = fileURLToPath(new URL('../../../../docs/reference/experiments.md', import.meta.url));

const table = (schema: unknown, without: readonly string[] = []): string => fieldTable(schema as SchemaNode, without);
const alternatives = (schema: unknown): readonly SchemaNode[] => (schema as SchemaNode).oneOf ?? [];
const property = (schema: unknown, name: string): SchemaNode => (schema as SchemaNode).properties?.[name] ?? {};

/** One alternative each, under the value that tells it from the others; those of Kubernetes have alternatives too. */
const sections = (schema: unknown, tag: string, level: string): string =>
  alternatives(schema)
    .map((branch) => {
      const name = property(branch, tag).const;
      const heading = `${level} ${name}`;
      if (branch.oneOf !== undefined) {
        const inner = property(branch.oneOf[0], 'action').const === undefined ? 'probe' : 'action';
        return `${heading}\n${branch.description}.\n\n${sections(branch, inner, `${level}#`)}`;
      }
      const what = property(branch, tag).description?.replace(`${name}: `, '') ?? '';
      return `${heading}\n${what}.\n\n${table(branch, [tag, 'type'])}`;
    })
    .join('\n\n');

const { then: toleranceObjects } = toleranceSchema as unknown as { readonly then: SchemaNode };
const stopCondition = (property(padoExtension, 'stopConditions') as { readonly items?: SchemaNode }).items ?? {};

export const experimentReference = (): string => `# Experiments
An experiment is a file, YAML or JSON, in [Chaos Toolkit's format](https://chaostoolkit.org/reference/api/experiment/) with more providers and one extension. The page is made from the schema that validates it; \`pado validate FILE\` says line by line what is wrong, and an editor completes a file that begins with

\`\`\`yaml
# yaml-language-server: $schema=experiment.schema.json
\`\`\`

## The file
${table(experimentSchema, ['dry'])}

## When a probe is judged
| window | what it is | a query (\`prometheus\`, \`slo\`) | anything else |
| --- | --- | --- | --- |
| \`before\` | the baseline, before anything is done | once, over all of it | one look at its end |
| \`during\` | from a fault's first application to the last revert; without a fault, the method | once, over all of it | a look every second, each of which must be within tolerance (\`atLeast\`: a share of them) |
| \`after\` | the recovery | each second over the last 5 s, until it holds or the time is up | each second, until it holds or the time is up |

Without \`window\`, queries are judged before and during, and after too where the extension names a \`recovery\`; the others before and after, as Chaos Toolkit does, or as \`runtime.hypothesis.strategy\` says. A probe with \`expect: failure\` describes what the fault must cause: it must not be seen before, and must be seen during. Who was asked and failed to answer has given an answer, and it is a miss; what could not be asked at all is an error.

## The verdict
The first rule that fits decides.

| verdict | exit code | when |
| --- | --- | --- |
| \`aborted\` | 4 | a stop condition fired, the error budget was spent, Prometheus was gone, or a control interrupted the run |
| \`error\` | 5 | the run could not be carried out: an action or a rollback failed, a process died, a probe could not be asked |
| \`inconclusive\` | 3 | nothing is proven: interrupted, a dry run, no steady state before, a fault that was never applied or ended early, no data, a load that was not made |
| \`deviated\` | 1 | a single probe missed during or after |
| \`held\` | 0 | every probe was judged and is within tolerance |

The resilience score is Litmus': the weighted share of judged probes that are within tolerance.

## A probe of the hypothesis
${table(hypothesisProbe, ['type'])}

## An action
${table(action, ['type'])}

Probes in the method are recorded and judge nothing. \`{ref: name}\` stands for another activity of the file. Rollbacks are done whatever happened (\`runtime.rollbacks.strategy\`), after Ctrl-C too, each within a minute unless it names its \`timeout\`; faults need none.

## Providers of probes
${sections(probeProvider, 'type', '###')}

## Providers of actions
${sections(actionProvider, 'type', '###')}

## Tolerances
\`true\`, a text or a number is right when it is equal; of an answer with a status a number is the status. A list holds the right values; two numbers are an inclusive range.

${sections(toleranceObjects, 'type', '###')}

## The extension pado
${table(padoExtension, ['name'])}

### stopConditions
${table(stopCondition)}

### errorBudget
${table(property(padoExtension, 'errorBudget'))}

## A file of probes
What is normal is written once and named by many: \`steadyState: [steady-state/shop.yaml]\`.

${table(steadyStateSchema)}
`;

if (import.meta.main) await writeFile(referenceFile, experimentReference());
