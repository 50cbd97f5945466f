import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { fieldTable, type SchemaNode } from './src/field-table.ts';
import { effectSchema, faultSchema, faultSpecSchema, targetSchema } from './src/schema.ts';

/** The page that is made of the schema. `node agent/fault/reference.ts` writes it; a test keeps it in step. */
export const referenceFile = fileURLToPath(new URL('../../docs/reference/faults.md', import.meta.url));

const branches = (effectSchema as SchemaNode).oneOf ?? [];
const match = branches[0]?.properties?.match as SchemaNode;

const section = (effect: SchemaNode): string => {
  const [kind, ...rest] = (effect.description ?? '').split(': ');
  return `### ${kind}\nOf kind \`${kind}\`: ${rest.join(': ')}.\n\n${fieldTable(effect, ['kind'])}`;
};

export const faultReference = (): string => `# Faults
A Fault says what happens to whom and how long. The page is made from the schema that validates it.

## Fault
${fieldTable(faultSchema as SchemaNode)}

### spec
${fieldTable(faultSpecSchema as SchemaNode)}

### spec.target
${fieldTable(targetSchema as SchemaNode)}

## Layers
| layer | hook | one attempt is | match |
| --- | --- | --- | --- |
| \`http\` | requests: servers of node:http, https and http2, so every framework on them; clients of node:http(s), fetch and undici | a request | all fields |
| \`tcp\` | outbound TCP and TLS connections of any protocol at node:net, those that are open already included; requests of HTTP/2 sessions (gRPC) | making a connection; then each exchange, which begins with the first bytes sent after some were received | service, host, port |
| \`dns\` | dns, dns.promises, their resolvers, and whatever connects by name | a look-up | host |
| \`process\` | the process as a whole | – | – |

An effect acts on its own layer only: a request over a connection that a tcp fault hits waits there, and no http effect counts it for that.

- Delays add to the real time and are never early. Errors are the platform's own: code, errno, syscall, message.
- Spared, unless the match names them: \`/healthz\`, \`/readyz\`, \`/metrics\`, requests with the header \`pado-bypass\`, and the agent's own channel.
- \`percentage\` with sampling \`attempt\` counts in seeded blocks of 200; with \`request\` it hashes the baggage entry \`pado.request\`, else the trace id, so that retries and hops of one request agree.
- Overlapping faults compose: delays add, the strongest error, the slowest line and the shortest answer win.
- A hang and a hung connection are released when the fault ends; what was held goes on.
- A function that the host took out of \`node:dns\` before the fault was armed, and a pipe or Unix socket, are out of reach. A throttle on layer tcp does not slow the streams of an HTTP/2 session.
- Limits of containers are read from cgroup v1 and v2. The v2 side is tested on captured trees; v1 also on real limits.
- With \`PADO_FAULT_HEADER=pado-fault\` answers to affected inbound requests name their faults; with OpenTelemetry in the process the active span carries \`pado.fault.name\`, \`pado.fault.kind\` and \`pado.fault.dose\`.

### match
${fieldTable(match)}

## Effects
${branches.map(section).join('\n\n')}
`;

if (import.meta.main) await writeFile(referenceFile, faultReference());
