import { randomUUID } from 'node:crypto';
import { durationMs, isPadoError, PadoError } from '@pado/fault';
import { defaultGuards } from '../../experiment/schema/guards.ts';
import type { AwsAction } from '../../experiment/schema.ts';
import type { Aws } from './client.ts';
import { selectorWords } from './instances.ts';
import { type Sleep, settleMs } from './states.ts';
import type { Surroundings } from './surroundings.ts';
import type { Undoing } from './undoing.ts';

type Start = Extract<AwsAction, { readonly action: 'start-experiment' }>;

/** By this tag an experiment is found again whose start was asked for and whose id nobody has read. */
export const intentTag = 'pado.dev/intent';

/** FIS counts in seconds itself. */
const lookEveryMs = 2_000;
const over = ['completed', 'stopped', 'failed', 'cancelled'];

/** Starts a template and follows it; however this ends, the experiment has ended too. */
export async function startExperiment(
  aws: Aws,
  action: Start,
  { intents, note, sleep, undoing }: Surroundings & { readonly undoing: Undoing },
  signal: AbortSignal,
): Promise<object> {
  const template = await templateOf(aws, action, signal);
  const clientToken = randomUUID();
  const intent = await intents.begin({
    kind: 'aws',
    what: `starts the experiment of the template ${template} in ${aws.region}`,
    undo: 'stops the experiment, if it runs',
    data: { action: action.action, region: aws.region, template, clientToken },
  });
  let id: string | undefined;
  const entry = undoing.add(intent.intent.what, async (limit) => {
    const text = await stopStarted(aws, { id, intentId: intent.intent.id }, { sleep, signal: limit });
    await intent.close('undone');
    return text;
  });
  try {
    // The tag that allows it goes on to the experiment, so that IAM can allow to stop these and no others.
    const tags = { [action.guards?.allow ?? defaultGuards.allow]: 'true', [intentTag]: intent.intent.id };
    const started = await aws.call(
      'fis:StartExperiment',
      { experimentTemplateId: template, clientToken, tags },
      signal,
    );
    id = started.experiment?.id;
    if (id === undefined) throw new PadoError('ERR_PADO_AWS', 'AWS started an experiment and did not tell its id');
    await intent.add({ experiment: id });
    note('info', `the experiment ${id} of the template ${template} has started in ${aws.region}`);
    const end = await follow(aws, id, { deadlineMs: durationMs(action.deadline ?? '1h'), note, sleep, signal });
    await intent.close('done');
    entry.drop();
    if (end.status === 'completed') return { region: aws.region, template, experiment: id, ...end };
    const message = `the experiment ${id} is ${end.status}, and not completed: ${end.reason || 'AWS gives no reason'}`;
    throw new PadoError('ERR_PADO_PROVIDER', message, { details: { experiment: id, ...end } });
  } catch (error) {
    if (id !== undefined && isOver(error)) throw error;
    if (id === undefined && isRefusal(error)) {
      await intent.close('undone');
      entry.drop();
      throw error;
    }
    if (id === undefined) await sleep(settleMs, new AbortController().signal);
    // Interrupted, too late, or not known: it must not go on without its run. What fails here the run's end tries again.
    await entry.now().catch((failure: Error) => note('warning', `${intent.intent.what}: ${failure.message}`));
    throw error;
  }
}

const isOver = (error: unknown): boolean =>
  isPadoError(error) && over.includes((error.details as { readonly status?: string }).status ?? '');

/**
 * AWS has understood and said no: nothing was started. What passes, such as throttling, says nothing of the attempts
 * before the one that it answered.
 */
const isRefusal = (error: unknown): boolean =>
  isPadoError(error) &&
  typeof error.details.status === 'number' &&
  error.details.status < 500 &&
  error.details.passing !== true;

/** The one template, which must say itself that it may be started. */
async function templateOf(aws: Aws, { template, tags, guards }: Start, signal: AbortSignal): Promise<string> {
  const found: { readonly id: string; readonly tags: Readonly<Record<string, string>> }[] = [];
  if (template !== undefined) {
    const { experimentTemplate: one } = await aws.call('fis:GetExperimentTemplate', { id: template }, signal);
    found.push({ id: one?.id ?? template, tags: one?.tags ?? {} });
  } else {
    let nextToken: string | undefined;
    do {
      const input = nextToken === undefined ? {} : { nextToken };
      const page = await aws.call('fis:ListExperimentTemplates', input, signal);
      for (const { id = '', tags = {} } of page.experimentTemplates ?? []) found.push({ id, tags });
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }
  const fit = found.filter((one) => Object.entries(tags ?? {}).every(([key, value]) => one.tags[key] === value));
  const words = template ?? selectorWords({ tags: tags ?? {} });
  const [one, ...others] = fit;
  if (one === undefined) throw new PadoError('ERR_PADO_NO_TARGET', `no template in ${aws.region} fits ${words}`);
  if (others.length > 0) {
    const message = `${fit.length} templates in ${aws.region} fit ${words}: ${fit.map(({ id }) => id).join(', ')}; name one by \`template\``;
    throw new PadoError('ERR_PADO_INVALID', message);
  }
  const allow = guards?.allow ?? defaultGuards.allow;
  if (one.tags[allow] === 'true') return one.id;
  const message = `start-experiment is refused: the template ${one.id} carries no tag ${allow}=true. Give it to templates that may be started: aws fis tag-resource`;
  throw new PadoError('ERR_PADO_REFUSED', message, { details: { guard: 'allow', template: one.id } });
}

interface Following {
  readonly deadlineMs: number;
  readonly note: Surroundings['note'];
  readonly sleep: Sleep;
  readonly signal: AbortSignal;
}

interface End {
  readonly status: string;
  readonly reason: string;
}

async function follow(aws: Aws, id: string, { deadlineMs, note, sleep, signal }: Following): Promise<End> {
  const endsAt = performance.now() + deadlineMs;
  let told = '';
  for (;;) {
    const now = await look(aws, id, signal);
    if (now !== undefined) {
      const text = `the experiment ${id} is ${now.status}${now.actions}`;
      if (text !== told) note('info', text);
      told = text;
      if (over.includes(now.status)) return { status: now.status, reason: now.reason };
    }
    if (performance.now() > endsAt) {
      const message = `the experiment ${id} had not ended after ${deadlineMs / 1_000} s, and is stopped`;
      throw new PadoError('ERR_PADO_PROVIDER', message);
    }
    await sleep(lookEveryMs, signal);
  }
}

/** undefined when AWS could not tell for now. */
async function look(aws: Aws, id: string, signal: AbortSignal): Promise<(End & { actions: string }) | undefined> {
  try {
    const { experiment } = await aws.call('fis:GetExperiment', { id }, signal);
    const { status = 'unknown', reason = '' } = experiment?.state ?? {};
    const actions = Object.entries(experiment?.actions ?? {}).map(([name, one]) => `${name} ${one.state?.status}`);
    return { status, reason, actions: actions.length === 0 ? '' : ` (${actions.join(', ')})` };
  } catch (error) {
    if (isPadoError(error) && error.details.passing === true) return undefined;
    throw error;
  }
}

interface StartedOne {
  readonly id: string | undefined;
  readonly intentId: string;
}

/** Stops an experiment and waits until it has ended; safe to be called twice, and when none was started. */
export async function stopStarted(
  aws: Aws,
  { id: known, intentId }: StartedOne,
  { sleep, signal }: { readonly sleep: Sleep; readonly signal: AbortSignal },
): Promise<string> {
  const id = known ?? (await findStarted(aws, intentId, signal));
  if (id === undefined) return 'no experiment was started';
  const before = await look(aws, id, signal);
  if (before !== undefined && over.includes(before.status)) return `the experiment ${id} was ${before.status} already`;
  await aws.call('fis:StopExperiment', { id }, signal);
  for (;;) {
    const now = await look(aws, id, signal);
    if (now !== undefined && over.includes(now.status)) return `the experiment ${id} is ${now.status}`;
    await sleep(lookEveryMs, signal);
  }
}

/** What `stopStarted` would do. */
export async function wouldStop(aws: Aws, { id: known, intentId }: StartedOne, signal: AbortSignal): Promise<string> {
  const id = known ?? (await findStarted(aws, intentId, signal));
  if (id === undefined) return 'no experiment was started';
  const now = await look(aws, id, signal);
  const status = now?.status ?? 'unknown';
  return `the experiment ${id} is ${status}${over.includes(status) ? ': nothing to do' : ' and would be stopped'}`;
}

/** The experiment that carries the intent's tag, of those that these credentials see. */
export async function findStarted(aws: Aws, intentId: string, signal: AbortSignal): Promise<string | undefined> {
  let nextToken: string | undefined;
  do {
    const page = await aws.call('fis:ListExperiments', nextToken === undefined ? {} : { nextToken }, signal);
    const found = page.experiments?.find(({ tags }) => tags?.[intentTag] === intentId);
    if (found?.id !== undefined) return found.id;
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return undefined;
}
