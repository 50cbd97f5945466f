import { join } from 'node:path';
import { bundle } from '@pado/injector/bundle';
import type { StackFile } from '../contracts.ts';
import { bareEnvironment, type Environment } from '../experiment/environment.ts';
import { agentApi } from '../providers/fault/agent-api.ts';
import { startChild } from '../stack/child.ts';
import { injected } from '../stack/injection.ts';
import { choosePorts, isFree } from '../stack/ports.ts';
import { untilReady } from '../stack/ready.ts';
import { stopProcesses } from '../stack/stop.ts';

/** A user's own program in the shop's place: a fault finds it by the label `app.kubernetes.io/name: app`. */
export interface OwnProgram {
  readonly environment: Environment;
  /** Rejects when it ends by itself. */
  readonly died: Promise<never>;
  readonly stop: () => Promise<void>;
}

export interface OwnProgramOptions {
  readonly command: readonly string[];
  /** Agent and Prometheus. */
  readonly stack: StackFile;
  readonly workingDirectory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly project: string;
  readonly signal: AbortSignal;
}

/** The name that a fault's selector uses for the program. */
export const programName = 'app';

/** Starts the program with the injector; it has to listen at 127.0.0.1, at the port that PORT says. @throws PadoError */
export async function startOwnProgram(options: OwnProgramOptions): Promise<OwnProgram> {
  const { command, stack, workingDirectory, project, signal } = options;
  const { app: port } = await choosePorts(['app'], {}, `${project}/app`);
  const log = join(stack.logsDirectory, 'app.log');
  const [file = 'sh', ...args] = command;
  const base = { ...options.environment, PORT: String(port) };
  const { process: id, ended } = await startChild(
    {
      ...{ name: programName, file, args, cwd: workingDirectory, log, parentDeathSignal: 'TERM' },
      environment: injected(base, { bundle: await bundle(), name: programName, agent: stack.agent }),
    },
    { bound: true },
  );
  let isStopping = false;
  const died = ended.then((error) => {
    if (isStopping) return new Promise<never>(() => {});
    throw error;
  });
  died.catch(() => {}); // who does not look is not to be ended by it
  const stop = async () => {
    isStopping = true;
    await stopProcesses([id]);
    // It leads a group of its own: what it has started must not outlive the run.
    killGroup(id.pid);
  };
  try {
    await Promise.race([untilReady(programName, async () => !(await isFree(port)), signal), died]);
  } catch (error) {
    await stop();
    throw error;
  }
  const { agent, prometheusUrl, k6 } = stack;
  const environment = bareEnvironment({
    ...{ agent: agentApi(agent), prometheusUrl, k6 },
    gatewayUrl: `http://127.0.0.1:${port}`,
  });
  return { environment: { ...environment, logsDirectory: stack.logsDirectory }, died, stop };
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}
