/** What must be the same in two journals of one experiment, in a form that can be compared. */
import type { ActivityRecord, Ran, SteadyState } from './toolkits.ts';

export interface Essence {
  readonly status: string;
  readonly deviated: boolean;
  readonly before: Judged | null;
  readonly after: Judged | null;
  readonly run: readonly Done[];
  readonly rollbacks: readonly Done[];
  readonly requests: readonly string[];
  readonly calls: readonly string[];
}

interface Judged {
  readonly met: boolean | null;
  readonly probes: readonly (Done & { readonly met: boolean | undefined })[];
}

interface Done {
  readonly name: string;
  readonly status: string;
  readonly output: unknown;
  readonly failed: boolean;
}

export function essenceOf({ journal, requests, calls }: Ran): Essence {
  const { status, deviated, steady_states, run, rollbacks } = journal;
  return {
    status,
    deviated,
    before: judged(steady_states.before),
    after: judged(steady_states.after),
    run: run.map(done),
    rollbacks: rollbacks.map(done),
    requests: requests.map(withPlainJson),
    calls,
  };
}

const judged = (state: SteadyState | null): Judged | null =>
  state === null
    ? null
    : {
        met: state.steady_state_met,
        probes: state.probes.map((probe) => ({ ...done(probe), met: probe.tolerance_met })),
      };

const done = ({ activity, status, output, exception }: ActivityRecord): Done => ({
  name: activity.name,
  status,
  output: comparable(output),
  failed: exception !== undefined,
});

/** Headers without those of the connection, which each client makes its own way, and without regard to case. */
function comparable(output: unknown): unknown {
  if (typeof output !== 'object' || output === null || !('headers' in output)) return output;
  const { headers, body, ...rest } = output as { headers: Record<string, string>; body: unknown };
  const own = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !['connection', 'keep-alive', 'transfer-encoding', 'content-length'].includes(name));
  const inner = typeof body === 'object' && body !== null && 'body' in body ? plainJson(String(body.body)) : undefined;
  return {
    ...rest,
    headers: Object.fromEntries(own.sort()),
    body: inner === undefined ? body : { ...(body as object), body: inner },
  };
}

const withPlainJson = (request: string): string =>
  request.replace(/ application\/json (.*)$/, (_, body: string) => ` application/json ${plainJson(body)}`);

/** Python and JavaScript space JSON differently. */
function plainJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

/** The fields that a journal and its records have, each with its type: `record.duration number`. */
export function fieldsOf({ journal }: Ran): readonly string[] {
  const { steady_states, run, rollbacks } = journal;
  const states = [steady_states.before, steady_states.after, ...steady_states.during].filter((one) => one !== null);
  const records = [...run, ...rollbacks, ...states.flatMap(({ probes }) => probes)];
  return [
    ...new Set([
      ...typed('journal', journal),
      ...states.flatMap((state) => typed('state', state)),
      ...records.flatMap((record) => typed('record', record)),
    ]),
  ];
}

const typed = (of: string, value: object): string[] =>
  Object.entries(value).flatMap(([key, item]) =>
    item === null || key === 'output'
      ? [`${of}.${key}`]
      : [`${of}.${key} ${Array.isArray(item) ? 'list' : typeof item}`],
  );
