import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultStatus, PadoError } from '@pado/fault';
import type { Command } from '../cli/command.ts';
import { usage } from '../cli/parse.ts';
import { clusterOptions, onKubernetes } from '../kubernetes/options.ts';
import { type AgentClient, requireAgent } from '../stack/agent-client.ts';
import { agentFiles } from './agent-files.ts';
import { readFaults } from './fault-file.ts';

/** As in an experiment: no target armed within ten seconds means that the fault hits nothing. */
const armedWithinMs = 10_000;

export const faultApply: Command = {
  name: 'fault apply',
  summary: 'creates faults from a file and waits until they are armed',
  options: {
    file: { type: 'string', short: 'f', value: 'FILE', description: 'YAML or JSON, one or more documents; - is stdin' },
    ...clusterOptions,
  },
  examples: ['pado fault apply -f fault.yaml', 'pado fault apply --kubernetes --namespace shop -f fault.yaml'],
  async run(invocation) {
    const { values, settings, signal, progress } = invocation;
    const file = values.string('file');
    if (file === undefined) throw usage('"fault apply" needs -f FILE');
    if (onKubernetes(invocation)) {
      const { applyOnKubernetes } = await import('../kubernetes/commands/fault-apply.ts');
      return applyOnKubernetes(invocation, file);
    }
    const faults = await readFaults(file, settings.workingDirectory);
    const client = await requireAgent(agentFiles(settings));
    const armed: FaultStatus[] = [];
    for (const fault of faults) {
      const { name } = await client.apply(fault, signal);
      progress(`${name}: created, waiting for a target`);
      armed.push(await untilArmed(client, name, signal));
    }
    return { json: { items: armed }, text: armed.map(describe).join('\n') };
  },
};

async function untilArmed(client: AgentClient, name: string, signal: AbortSignal): Promise<FaultStatus> {
  const deadline = performance.now() + armedWithinMs;
  for (;;) {
    const status = await client.fault(name, signal);
    if (status.phase !== 'Pending') return status;
    const failed = status.targets.find(({ state }) => state === 'failed');
    if (failed !== undefined) {
      throw new PadoError(
        'ERR_PADO_REFUSED',
        `${name}: ${failed.name} (pid ${failed.pid}) refused it: ${failed.reason ?? 'no reason given'}`,
      );
    }
    if (performance.now() > deadline) {
      const labels = JSON.stringify(status.spec.target.selector.matchLabels);
      throw new PadoError(
        'ERR_PADO_NO_TARGET',
        `${name}: no connected process has the labels ${labels}; "pado status" lists the targets`,
      );
    }
    await sleep(100, undefined, { signal });
  }
}

function describe({ name, targets, spec }: FaultStatus): string {
  const armed = targets.filter(({ state }) => state === 'armed').map((target) => `${target.name} (pid ${target.pid})`);
  return `${name}: armed in ${armed.join(', ')} for at most ${spec.ttl}`;
}
