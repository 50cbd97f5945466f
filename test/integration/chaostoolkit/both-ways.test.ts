import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { ensureChaosToolkit } from '../../helpers/chaostoolkit.ts';
import { type Essence, essenceOf, fieldsOf } from './compare.ts';
import { run, runWith } from './toolkits.ts';

interface Case {
  readonly verdict: string;
  readonly options?: readonly string[];
  /** Where Pado means to differ, and why. */
  readonly intent?: Intent;
}

interface Intent {
  readonly why: string;
  /** What Pado has instead of what `chaos` has. */
  readonly instead: (chaos: Essence) => Partial<Essence>;
}

const cases: Readonly<Record<string, Case>> = {
  'http-status.json': { verdict: 'held' },
  'process.json': { verdict: 'held' },
  'configuration.yaml': { verdict: 'held' },
  'background.json': { verdict: 'held' },
  'refs.json': { verdict: 'held' },
  'python.json': { verdict: 'held' },
  'controls.yaml': { verdict: 'held' },
  'timeouts.yaml': { verdict: 'held' },
  'variables.yaml': { verdict: 'held', options: ['--var', 'word=ours', '--var', 'limit:int=3'] },
  'nested-probe.json': { verdict: 'deviated' },
  'exploring.json': { verdict: 'inconclusive' },
  'tolerances.yaml': {
    verdict: 'held',
    intent: { why: 'nothing lies between before and after: it looks once', instead: () => ({ after: null }) },
  },
  'deviates.json': {
    verdict: 'deviated',
    intent: {
      why: 'every probe is asked, also after a miss',
      instead: ({ before, after }) => ({ after: allOf(after, before) }),
    },
  },
  'unsteady.json': {
    verdict: 'inconclusive',
    intent: {
      why: 'every probe is asked, also after a miss',
      instead: ({ before }) => ({ before: { met: false, probes: [before!.probes[0]!, healthy('up')] } }),
    },
  },
  'during.yaml': {
    verdict: 'deviated',
    intent: { why: 'a miss during the method counts, not only one after it', instead: () => ({ deviated: true }) },
  },
  'failing-action.json': {
    verdict: 'error',
    intent: {
      why: 'an action that failed ends the method: what follows would rest on it, and nothing was completed',
      instead: ({ run }) => ({ status: 'failed', after: null, run: run.slice(0, 1), requests: [] }),
    },
  },
};

/** The probes that missed, and those that `chaos` did not come to any more as they were before. */
const allOf = (after: Essence['after'], before: Essence['before']): Essence['after'] => ({
  met: false,
  probes: [...after!.probes, ...before!.probes.slice(after!.probes.length)],
});

const healthy = (name: string) => ({
  ...{ name, status: 'succeeded', failed: false, met: true },
  output: { status: 200, headers: { 'content-type': 'application/json', date: 'never' }, body: { status: 'ok' } },
});

t.setTimeout(600_000);

t.test('what chaos runs, pado run runs alike', async (t) => {
  const kit = await ensureChaosToolkit(t);
  if (kit === undefined) return;
  // Each of them waits most of its time.
  t.jobs = 2;
  for (const [file, { verdict, options, intent }] of Object.entries(cases)) {
    t.test(`${file} is ${verdict}${intent === undefined ? '' : `: ${intent.why}`}`, { buffered: true }, async (t) => {
      const [theirs, ours] = await Promise.all([
        runWith('chaos', kit.chaos, file, options),
        runWith('pado', kit.chaos, file, options),
      ]);
      const expected = essenceOf(theirs);
      t.same(essenceOf(ours), { ...expected, ...intent?.instead(expected) }, 'status, order, outputs and judgements');
      t.equal(ours.journal.pado?.verdict, verdict);
      if (intent !== undefined) return;
      const missing = fieldsOf(theirs).filter((field) => !fieldsOf(ours).includes(field));
      t.same(missing, [], 'each field of the journal, with its type');
    });
  }
});

t.test("chaos report reads Pado's journal", async (t) => {
  const kit = await ensureChaosToolkit(t);
  if (kit === undefined) return;
  const { journal } = await runWith('pado', kit.chaos, 'failing-action.json');
  const folder = t.testdir();
  const within = { cwd: folder, env: { ...process.env, BASE_URL: 'http://127.0.0.1:1' } };
  await writeFile(join(folder, 'journal.json'), JSON.stringify(journal));
  const { exitCode, stdout, stderr } = await run(
    kit.chaos,
    ['--no-version-check', 'report', '--export-format=html', 'journal.json', 'report.html'],
    within,
  );
  const said = `${stdout}${stderr}`;
  // The report is made by pandoc, which is a program of its own.
  if (/no pandoc was found/i.test(said)) return void t.pass('without pandoc', { skip: 'pandoc is not here' });
  t.equal(exitCode, 0, said);
  const page = await readFile(join(folder, 'report.html'), 'utf8');
  t.match(page, /What if an action fails\?/);
  t.match(page, /sleep took longer than its timeout/, 'with what went wrong');
});
