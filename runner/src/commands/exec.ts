import { delimiter, join } from 'node:path';
import type { Command } from '../cli/command.ts';
import { usage } from '../cli/parse.ts';
import type { Settings } from '../cli/settings.ts';
import { findAgent } from '../stack/agent-client.ts';
import { runForeground } from '../stack/foreground.ts';
import { injected } from '../stack/injection.ts';
import { answers } from '../stack/ready.ts';
import { agentFiles } from './agent-files.ts';

export const exec: Command = {
  name: 'exec',
  summary: 'runs any Node.js program as a target',
  options: {
    name: { type: 'string', value: 'NAME', description: "the target's name: its label app.kubernetes.io/name" },
    label: { type: 'string', multiple: true, value: 'K=V', description: 'one more label' },
  },
  rest: 'COMMAND',
  examples: ['pado exec --name web -- node app.js', 'pado exec --name web --label tier=front -- npm start'],
  passesSignals: true,
  async run({ values, rest: [file = '', ...args], settings, json, progress }) {
    const name = values.string('name');
    if (name === undefined || !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name) || name.length > 63) {
      throw usage(
        `"exec" needs --name NAME of lower-case letters, digits and dashes${name === undefined ? '' : `, not "${name}"`}`,
      );
    }
    const labels = Object.fromEntries(values.strings('label').map(readLabel));
    // One that is down now may come back at the same address: the injector tries again and again.
    const agent = await findAgent(agentFiles(settings));
    const up =
      agent !== undefined && (await answers(`${agent.url}/readyz`, AbortSignal.timeout(1_000)).catch(() => false));
    if (!up)
      progress(
        'pado exec: no agent is up ("pado agent" starts one): until there is one, the program runs without faults',
      );
    const { bundle } = await import('@pado/injector/bundle');
    const environment = injected(
      { ...settings.environment, PATH: userPath(settings) },
      { bundle: await bundle(), name, labels, ...(agent === undefined ? {} : { agent }) },
    );
    const exitCode = await runForeground({ file, args, environment, cwd: settings.workingDirectory, quiet: json });
    return { exitCode, json: { name, exitCode, agent: up ? agent.url : null } };
  },
};

function readLabel(text: string): [string, string] {
  const [, key, value] = /^([A-Za-z0-9][-A-Za-z0-9_./]*)=([-A-Za-z0-9_.]{0,63})$/.exec(text) ?? [];
  if (key === undefined || value === undefined) throw usage(`--label ${text}: not a label such as tier=front`);
  return [key, value];
}

/** PATH without what npm put in front for our own scripts: `node` has to be the user's, not the one pinned here. */
export function userPath({ environment, installation }: Pick<Settings, 'environment' | 'installation'>): string {
  const folders = (environment.PATH ?? '').split(delimiter);
  const byOurNpm = environment.npm_package_json === join(installation, 'package.json');
  const ours = (folder: string) => folder === join(installation, 'node_modules/.bin');
  const fromNpm = (folder: string) => /\/(node_modules\/\.bin|node-gyp-bin)$/.test(folder);
  const first = byOurNpm ? folders.findIndex((folder) => !fromNpm(folder)) : 0;
  return folders
    .slice(Math.max(first, 0))
    .filter((folder) => !ours(folder))
    .join(delimiter);
}
