import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seeded } from '@pado/fault';
import { bundle } from '@pado/injector/bundle';
import { figures } from './figures/index.ts';
import type { Bench, Figure, Result, Row } from './harness/figure.ts';
import { machine } from './harness/machine.ts';
import { progressOf } from './harness/progress.ts';
import { page, table } from './harness/table.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const seed = 1;
const usage = `npm run bench:injector [-- --only NAME[,NAME…]] [--quick] [--write-docs]
Figures: ${figures.map(({ name }) => name).join(', ')}.`;

/** Runs one figure, and undoes what it has set up however it ends. */
async function measure(figure: Figure, given: Omit<Bench, 'defer'>): Promise<Result> {
  const undos: (() => unknown)[] = [];
  try {
    return await figure.run({ ...given, defer: (undo) => void undos.push(undo) });
  } finally {
    for (const undo of undos.reverse()) await undo();
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'write-docs': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const names = values.only?.split(',');
  const unknown = names?.find((name) => !figures.some((figure) => figure.name === name));
  if (unknown !== undefined) {
    console.error(`there is no figure ${unknown}.\n${usage}`);
    return 2;
  }
  const chosen = figures.filter(({ name }) => names?.includes(name) ?? true);
  const isQuick = values.quick;
  const tell = progressOf(chosen, isQuick);
  const directory = await mkdtemp(join(tmpdir(), 'pado-bench-'));
  const injector = join(directory, 'injector.cjs');
  await copyFile(await bundle(), injector);

  const rows: Row[] = [];
  const data: Record<string, unknown> = {};
  let failed = false;
  try {
    for (const [index, figure] of chosen.entries()) {
      tell(index, 0);
      try {
        const done = (share: number) => tell(index, share);
        const result = await measure(figure, { isQuick, random: seeded(seed), injector, done });
        rows.push(...result.rows);
        data[figure.name] = result.data;
      } catch (error) {
        failed = true;
        console.error(`\n${figure.name}: ${error instanceof Error ? error.stack : error}`);
        rows.push({
          figure: figure.name,
          goal: '',
          measured: `could not be measured: ${error instanceof Error ? error.message : error}`,
          peer: '',
          verdict: 'none',
        });
      }
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }

  const at = new Date().toISOString();
  const command = `npm run bench:injector${process.argv.length > 2 ? ` -- ${process.argv.slice(2).join(' ')}` : ''}`;
  const run = { rows, machine: machine(), date: at.slice(0, 10), command, isQuick };
  const file = join(root, '.pado', 'bench', `injector-${at.slice(0, 19).replaceAll(':', '-')}.json`);
  await mkdir(join(root, '.pado', 'bench'), { recursive: true });
  await writeFile(file, `${JSON.stringify({ ...run, at, seed, data }, undefined, 2)}\n`);
  if (values['write-docs']) await writeFile(join(root, 'docs', 'reference', 'accuracy.md'), page(run));
  console.error('');
  console.log(table(rows));
  console.error(`\nall figures: ${file}`);
  return failed ? 5 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main();
