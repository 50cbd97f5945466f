import { type AgentFile, PadoError } from '@pado/fault';
import type { Command } from '../cli/command.ts';
import { usage } from '../cli/parse.ts';
import { tied } from '../stack/child.ts';
import { readJson } from '../stack/files.ts';
import { runForeground } from '../stack/foreground.ts';
import { agentSpec } from '../stack/node-processes.ts';
import { paths } from '../stack/paths.ts';
import { choosePorts } from '../stack/ports.ts';
import { answers } from '../stack/ready.ts';

export const agent: Command = {
  name: 'agent',
  summary: 'runs the local agent alone, in the foreground, until Ctrl-C',
  options: {
    port: { type: 'string', value: 'N', description: 'the port to listen on', default: 'any free one' },
  },
  examples: ['pado agent', 'pado agent --port 4600'],
  passesSignals: true,
  async run({ values, settings, json, progress }) {
    const { installation, project, environment } = settings;
    const { state, agentFile, logs, compileCache } = paths(project);
    const other = await readJson<AgentFile>(agentFile);
    if (other !== undefined && (await answers(`${other.url}/readyz`, AbortSignal.timeout(2_000)).catch(() => false))) {
      throw new PadoError('ERR_PADO_CONFLICT', `an agent is running here already, at ${other.url} (pid ${other.pid})`);
    }
    const { agent: port } = await choosePorts(['agent'], askedPort(values.string('port')), project);
    const spec = agentSpec(port, state, { installation, environment, compileCache, logs });
    progress(`the agent listens on http://127.0.0.1:${port}; its address and token are in ${agentFile}`);
    progress('next: pado exec --name NAME -- node app.js');
    const exitCode = await runForeground({ ...spec, ...tied(spec), quiet: json });
    return { exitCode, json: { exitCode } };
  },
};

function askedPort(text: string | undefined): { agent?: number } {
  if (text === undefined) return {};
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw usage(`--port ${text}: not a port from 1 to 65535`);
  return { agent: port };
}
