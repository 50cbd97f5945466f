import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { kubectlJson } from '../../e2e/helpers/cluster.ts';
import { testApi } from '../../e2e/helpers/kube.ts';
import { machine } from '../injector/harness/machine.ts';
import { measureAgents } from './figures/agents.ts';
import { measureInjectors } from './figures/injectors.ts';
import type { Bench } from './harness/figure.ts';
import { page, type Run, report } from './harness/page.ts';
import { removeRuns } from './harness/place.ts';
import { killAll } from './harness/programs.ts';

const root = join(import.meta.dirname, '../../..');
const figures = ['injectors', 'agents'] as const;
const usage = `npm run bench:scale [-- --only ${figures.join('|')}] [--steps N[,N…]] [--quick] [--write-docs] [--clean]
Runs beside the API server of KUBECONFIG, with the agent's CRDs installed and helm and kubectl on the PATH; of the cluster
it needs nothing else. --clean only removes what an interrupted run has left.`;

async function serverOf(): Promise<{ readonly server: URL; readonly ca: string }> {
  interface Config {
    readonly clusters: readonly {
      readonly cluster: {
        readonly server: string;
        readonly 'certificate-authority-data'?: string;
        readonly 'certificate-authority'?: string;
      };
    }[];
  }
  const { clusters } = await kubectlJson<Config>('config', 'view', '--raw', '--minify');
  const cluster = clusters[0]?.cluster;
  const server = cluster?.server ?? '';
  const data = cluster?.['certificate-authority-data'];
  const file = cluster?.['certificate-authority'];
  if (data !== undefined) return { server: new URL(server), ca: Buffer.from(data, 'base64').toString() };
  if (file !== undefined) return { server: new URL(server), ca: await readFile(file, 'utf8') };
  throw new Error('the kubeconfig names no certificate authority: the agents need it to trust the API server');
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      steps: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'write-docs': { type: 'boolean', default: false },
      clean: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (values.only !== undefined && !figures.some((figure) => figure === values.only)) {
    console.error(`there is no figure ${values.only}.\n${usage}`);
    return 2;
  }
  const steps = values.steps?.split(',').map(Number);
  if (steps?.some((count) => !Number.isInteger(count) || count < 1 || count > 5_000)) {
    console.error(`--steps ${values.steps}: whole numbers from 1 to 5000, the smallest first.\n${usage}`);
    return 2;
  }
  const api = await testApi();
  if (values.clean) {
    await removeRuns(api);
    api.close();
    return 0;
  }

  const life = new AbortController();
  const undos: (() => Promise<unknown>)[] = [];
  const undoAll = async () => {
    for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) await undo();
  };
  for (const [name, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.once(name, () => {
      console.error('\ninterrupted: removing what was made');
      life.abort();
      killAll();
      void undoAll().finally(() => process.exit(code));
    });

  const bench: Bench = {
    ...{ api, signal: life.signal, isQuick: values.quick, steps, ...(await serverOf()) },
    say: (text) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`),
    defer: (undo) => void undos.push(undo),
  };
  const { gitVersion: kubernetes } = await api.request<{ gitVersion: string }>('GET', '/version');
  const at = new Date().toISOString();
  const command = `npm run bench:scale${process.argv.length > 2 ? ` -- ${process.argv.slice(2).join(' ')}` : ''}`;
  try {
    const injectors = values.only === 'agents' ? [] : await measureInjectors(bench);
    await undoAll();
    const agents = values.only === 'injectors' ? [] : await measureAgents(bench);
    const run: Run = {
      ...{ machine: machine(), date: at.slice(0, 10), command, isQuick: values.quick, kubernetes, injectors, agents },
    };
    const file = join(root, '.pado', 'bench', `scale-${at.slice(0, 19).replaceAll(':', '-')}.json`);
    await mkdir(join(root, '.pado', 'bench'), { recursive: true });
    await writeFile(file, `${JSON.stringify({ ...run, at }, undefined, 2)}\n`);
    if (values['write-docs']) await writeFile(join(root, 'docs', 'reference', 'scale.md'), page(run));
    console.log(report(run));
    console.error(`\nall figures: ${file}`);
    return 0;
  } catch (error) {
    // An interrupted run ends by its signal.
    if (life.signal.aborted) await new Promise(() => {});
    console.error(error instanceof Error ? error.stack : error);
    return 5;
  } finally {
    if (!life.signal.aborted) await undoAll();
    killAll();
    api.close();
  }
}

process.exitCode = await main();
