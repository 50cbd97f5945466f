import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { peerPolicySchema } from './src/resilience/policy.ts';
import { serverPolicySchema } from './src/resilience/server-policy.ts';

/**
 * The tables of policies in the kit's page, made of the schemas that validate them.
 * `node services/kit/reference.ts` writes them between their marks; a test keeps them in step.
 */
export const referenceFile = fileURLToPath(new URL('../../docs/reference/kit.md', import.meta.url));

interface Field {
  readonly type?: string;
  readonly description?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly { readonly const?: string }[];
  readonly properties?: Readonly<Record<string, Field>>;
  readonly required?: readonly string[];
}

/** Where the idea and its usual values come from, by policy. */
export const sources: Readonly<Record<string, string>> = {
  deadlineMs: 'gRPC deadlines; SRE book, chapter 22',
  timeoutMs: "AWS Builders' Library, Timeouts, retries and backoff with jitter: the dependency's p99.9",
  retry:
    "AWS Builders' Library, the same article (full jitter); Brooker, Fixing retries with token buckets; SRE book, chapter 21",
  throttle: 'SRE book, chapter 21: max(0, (requests − k × accepts) / (requests + 1))',
  breaker: 'resilience4j; Polly; Brooker 2022 on partitioned peers',
  bulkhead: 'resilience4j (25 calls, no waiting); size it at λ × p99 × 2',
  hedge: 'Dean and Barroso, The Tail at Scale; gRPC A6',
  balance: "Envoy's panic threshold and outlier ejection",
  connection: "Envoy's max_connection_duration; nodejs/node#20256",
  fallback: "AWS Builders' Library, Avoiding fallback in distributed systems, for the case against",
  dropAbandoned: "AWS Builders' Library, Using load shedding to avoid overload",
  maxInFlight: 'Metastable Failures in the Wild (OSDI 2022), § 5.1',
  queue: 'Maurer, Fail at Scale (ACM Queue 2015)',
  shed: 'DAGOR (SoCC 2018): 20 ms; CoDel',
  adaptiveLimit: 'Netflix concurrency-limits, Gradient2',
  cache: 'Metastable Failures in the Wild (OSDI 2022), § 5.3',
  liveness: 'SRE book, chapter 22',
  keepAliveMs: 'nodejs/node#20256: longer than the idle time of whoever calls (load balancers: 60 s)',
};

const number = (value: number): string => value.toLocaleString('en-US').replaceAll(',', ' ');

const unit = (name: string): string => (name.endsWith('Ms') ? ' ms' : name.endsWith('Percent') ? ' %' : '');

function values(name: string, { type, anyOf, minimum, exclusiveMinimum, maximum }: Field): string {
  if (anyOf) return anyOf.map((one) => `\`${one.const}\``).join(', ');
  if (maximum === undefined) return type ?? '';
  const range = exclusiveMinimum === undefined ? `${number(minimum ?? 0)} –` : `above ${number(exclusiveMinimum)}, to`;
  return `${type} ${range} ${number(maximum)}${unit(name)}`;
}

/** What an absent field means; where nothing is said, that there is no such policy. */
function absent({ description = '', anyOf }: Field): string {
  // Of alternatives the first is the default, and the description says so in its own words.
  if (anyOf && description.includes('(default)')) return `\`${anyOf[0]?.const}\``;
  return after('by default', description) || 'off';
}

/** The value after "usually" or "by default" in a description. */
const after = (word: string, text: string): string => new RegExp(`${word}:? ([^,;:()]+)`).exec(text)?.[1]?.trim() ?? '';

function rows(schema: Field, prefix: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const text = field.description ?? '';
    const cells = [
      `\`${prefix}${name}\``,
      values(name, field),
      schema.required?.includes(name) ? 'required' : absent(field),
      after('usually', text),
      text,
      prefix === '' ? (sources[name] ?? '') : '',
    ];
    return [
      `|${cells.map((cell) => ` ${cell} `.replace(/^ {2}$/, ' ')).join('|')}|`,
      ...rows(field, `${prefix}${name}.`),
    ];
  });
}

const table = (schema: Field): string =>
  [
    '| policy | values | default | usual | meaning | reference |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows(schema, ''),
  ].join('\n');

/** What stands between the marks. */
export const policyTables = (): string => `
### Of a caller, for one peer
${table(peerPolicySchema as unknown as Field)}

### Of a server
${table(serverPolicySchema as unknown as Field)}
`;

/** The page with the tables as they should be. */
export function withTables(page: string): string {
  const [head, rest] = page.split(/(?<=<!-- policies -->\n)/);
  const tail = rest?.slice(rest.indexOf('<!-- /policies -->'));
  if (head === undefined || !tail?.startsWith('<!-- /policies -->')) throw new Error(`${referenceFile} has no marks`);
  return `${head}${policyTables()}\n${tail}`;
}

if (import.meta.main) await writeFile(referenceFile, withTables(await readFile(referenceFile, 'utf8')));
