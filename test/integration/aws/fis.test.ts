import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { intentJournal } from '../../../runner/src/intents/journal.ts';
import { recoverAll } from '../../../runner/src/intents/recover.ts';
import { connectAws } from '../../../runner/src/providers/aws/client.ts';
import { awsProvider } from '../../../runner/src/providers/aws/provider.ts';
import { type Call, type Meddling, startMoto, without } from './moto.ts';

const type = 'aws';
const action = 'start-experiment';
const { signal } = new AbortController();

interface Template {
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
}

const allowed = { id: 'EXTallowed', tags: { 'pado.dev/allow': 'true' } };
const templates: readonly Template[] = [
  allowed,
  { id: 'EXTbare', tags: { name: 'bare' } },
  { id: 'EXT1', tags: { lab: 'a', 'pado.dev/allow': 'true' } },
  ...['EXT2', 'EXT3'].map((id) => ({ id, tags: { lab: 'b' } })),
];

/**
 * Moto makes FIS's templates and can neither read them nor start one: the proxy answers all of FIS, as its API's
 * reference describes it. What the SDK sends and reads is real, what happens to an experiment is not.
 */
function fakeFis(looks: readonly string[]) {
  const experiments = new Map<string, Template & { status: string; readonly looks: string[] }>();
  const json = (value: unknown, status = 200): Meddling => ({
    status,
    type: 'application/json',
    body: JSON.stringify(value),
  });
  const missing = json({ __type: 'ResourceNotFoundException', message: 'there is none' }, 404);
  const shown = ({ id, tags, status }: Template & { readonly status: string }) => ({
    ...{ id, tags, state: { status, reason: `it is ${status}` } },
    actions: { stop: { actionId: 'aws:ec2:stop-instances', state: { status } } },
  });
  const answer = ({ name, body }: Call): Meddling | undefined => {
    const [method, path = ''] = name.split(' ');
    const [, collection, id] = path.split('?')[0]?.split('/') ?? [];
    if (collection === 'experimentTemplates') {
      if (!id) return json({ experimentTemplates: templates });
      const template = templates.find((one) => one.id === id);
      return template === undefined ? missing : json({ experimentTemplate: template });
    }
    if (collection !== 'experiments') return undefined;
    if (method === 'POST') {
      const { tags = {} } = JSON.parse(body) as { tags?: Record<string, string> };
      const made = { id: `EXP${randomUUID().slice(0, 8)}`, tags, status: 'initiating', looks: [...looks] };
      experiments.set(made.id, made);
      return json({ experiment: shown(made) });
    }
    if (!id) return json({ experiments: [...experiments.values()].map(shown) });
    const found = experiments.get(id);
    if (found === undefined) return missing;
    if (method === 'DELETE') found.status = 'stopped';
    else if (found.status !== 'stopped') found.status = found.looks.shift() ?? found.status;
    return json({ experiment: shown(found) });
  };
  return { experiments, answer };
}

t.test('FIS, answered by the proxy', { skip: without }, async (t) => {
  const moto = await startMoto(t);
  Object.assign(process.env, moto.environment);
  t.test('starts an allowed template and follows it to its end', async (t) => {
    const { experiments, answer } = fakeFis(['pending', 'running', 'completed']);
    moto.meddle = answer;
    const { provider, notes, intents } = open(t);
    const { output } = await provider.act({ type, action, template: allowed.id }, signal);
    t.match(output, { template: allowed.id, experiment: /^EXP/, status: 'completed' });
    t.match([...experiments.values()], [{ tags: { 'pado.dev/allow': 'true', 'pado.dev/intent': String } }]);
    t.match(notes.join('\n'), /is pending.*\n.*is running \(stop running\)\n.*is completed/);
    t.same((await intents.open()).intents, []);
    t.same(await provider.undo(), []);
    t.notOk(
      moto.calls.some(({ name }) => name.startsWith('DELETE')),
      'nothing is stopped',
    );
  });

  t.test('a template must say that it may be started, and be there', async (t) => {
    const { answer, experiments } = fakeFis([]);
    moto.meddle = answer;
    const { provider } = open(t);
    const code = 'ERR_PADO_REFUSED';
    await t.rejects(provider.act({ type, action, template: 'EXTbare' }, signal), {
      code,
      message: /carries no tag pado.dev\/allow=true/,
    });
    await t.rejects(provider.act({ type, action, template: 'EXTx' }, signal), { code: 'ERR_PADO_NOT_FOUND' });
    t.equal(experiments.size, 0);
  });

  t.test('finds a template by its tags, and refuses two', async (t) => {
    moto.meddle = fakeFis(['completed']).answer;
    const { provider } = open(t);
    t.match(await provider.act({ type, action, tags: { lab: 'a' } }, signal), { output: { template: 'EXT1' } });
    await t.rejects(provider.act({ type, action, tags: { lab: 'b' } }, signal), {
      message: /2 templates .*: EXT2, EXT3; name one/,
    });
    await t.rejects(provider.act({ type, action, tags: { lab: 'c' } }, signal), { code: 'ERR_PADO_NO_TARGET' });
  });

  t.test('an experiment that failed is a failed action, with its reason', async (t) => {
    moto.meddle = fakeFis(['running', 'failed']).answer;
    const { provider, intents } = open(t);
    await t.rejects(provider.act({ type, action, template: allowed.id }, signal), {
      code: 'ERR_PADO_PROVIDER',
      message: /is failed, and not completed: it is failed/,
    });
    t.same((await intents.open()).intents, []);
  });

  t.test('an interruption and a deadline stop the experiment', async (t) => {
    const { experiments, answer } = fakeFis(['running']);
    moto.meddle = answer;
    const { provider, intents, notes } = open(t);
    const interrupt = new AbortController();
    const running = provider.act({ type, action, template: allowed.id }, interrupt.signal);
    running.catch(() => {});
    while (!notes.some((text) => text.includes('is running'))) await new Promise((done) => setTimeout(done, 20));
    interrupt.abort(new Error('Ctrl-C'));
    await t.rejects(running, { message: 'Ctrl-C' });
    await t.rejects(provider.act({ type, action, template: allowed.id, deadline: '0s' }, signal), {
      message: /had not ended after 0 s/,
    });
    t.same(
      [...experiments.values()].map(({ status }) => status),
      ['stopped', 'stopped'],
    );
    t.same((await intents.open()).intents, []);
  });

  t.test('one whose id was never read is found by its tag, and stopped by recover', async (t) => {
    const { experiments, answer } = fakeFis(['running']);
    // As if the run had been killed: the answer to the start is lost, and nothing can be asked any more.
    let isDead = false;
    moto.meddle = (call) => {
      if (isDead) return 'cut';
      const answered = answer(call);
      if (call.name === 'POST /experiments') isDead = true;
      return isDead ? 'cut' : answered;
    };
    const { provider, intents } = open(t);
    await t.rejects(provider.act({ type, action, template: allowed.id }, signal), { code: 'ERR_PADO_AWS' });
    isDead = false;
    moto.meddle = answer;
    const [intent] = (await intents.open()).intents;
    t.match(intent, {
      undo: 'stops the experiment, if it runs',
      data: { template: allowed.id, experiment: undefined },
    });
    const dead = {
      ...intents,
      open: async () => ({ intents: [{ ...intent!, owner: { host: 'x', pid: 1, startTicks: 1 } }], broken: [] }),
    };
    const recover = (dry: boolean) => recoverAll(dead, { dry, signal, told: () => {} });
    t.match(await recover(true), [{ outcome: 'would', text: /is running and would be stopped/ }]);
    t.match(await recover(false), [{ outcome: 'undone', text: /is stopped/ }]);
    t.same(
      [...experiments.values()].map(({ status }) => status),
      ['stopped'],
    );
    t.match(await recover(false), [{ outcome: 'undone', text: /was stopped already/ }], 'twice is safe');
  });
});

function open(t: Test) {
  const notes: string[] = [];
  const intents = intentJournal(join(t.testdir(), 'intents'));
  const provider = awsProvider({
    ...{ connect: connectAws, intents },
    whereabouts: { environment: {}, read: () => undefined },
    note: (_, text) => notes.push(text),
    sleep: async (_, until) => {
      await new Promise((done) => setTimeout(done, 5));
      until.throwIfAborted();
    },
  });
  t.teardown(() => provider.close());
  return { provider, intents, notes };
}
