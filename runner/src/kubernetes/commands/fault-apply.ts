import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, type FaultStatus, PadoError } from '@pado/fault';
import type { Invocation, Outcome } from '../../cli/command.ts';
import { usage } from '../../cli/parse.ts';
import { readFaultSources } from '../../commands/fault-file.ts';
import { type KubeFaults, kubeFaults } from '../faults.ts';
import { cluster } from '../options.ts';
import { located } from '../preflight.ts';

const armedWithinMs = 10_000;

/** Creates the faults of a file and waits until each is in force somewhere. */
export async function applyOnKubernetes(invocation: Invocation, file: string): Promise<Outcome> {
  const { values, settings, signal, progress } = invocation;
  const sources = await readFaultSources(file, settings.workingDirectory);
  const client = await cluster(invocation);
  try {
    const items: FaultStatus[] = [];
    for (const { fault, source } of sources) {
      const namespace = namespaceOf(fault, values.string('namespace')) ?? client.namespace;
      const faults = kubeFaults({ ...client, namespace }, { note: progress });
      const { name } = await faults.apply(fault).catch((error) => {
        throw located(error, file, source, []);
      });
      progress(`${namespace}/${name}: created, waiting for a target`);
      items.push(await untilArmed(faults, name, signal));
    }
    return { json: { items }, text: items.map(describe).join('\n') };
  } finally {
    client.close();
  }
}

function namespaceOf({ metadata }: Fault, wanted: string | undefined): string | undefined {
  if (wanted !== undefined && metadata.namespace !== undefined && metadata.namespace !== wanted)
    throw usage(`--namespace ${wanted}: the fault ${metadata.name} names the namespace ${metadata.namespace}`);
  return metadata.namespace;
}

async function untilArmed(faults: KubeFaults, name: string, signal: AbortSignal): Promise<FaultStatus> {
  const deadline = performance.now() + armedWithinMs;
  for (;;) {
    const status = await faults.read(name);
    if (status.phase === 'Injected') return status;
    const failed = status.targets.find(({ state }) => state === 'failed');
    if (failed !== undefined)
      throw new PadoError(
        'ERR_PADO_REFUSED',
        `${name}: ${failed.target} refused it: ${failed.reason ?? 'no reason given'}`,
      );
    if (status.phase === 'Ended' || performance.now() > deadline) {
      const why = (await faults.whyUnarmed?.(name)) ?? 'nobody armed it';
      throw new PadoError(status.phase === 'Ended' ? 'ERR_PADO_REFUSED' : 'ERR_PADO_NO_TARGET', `${name}: ${why}`);
    }
    await sleep(faults.lookEveryMs ?? 200, undefined, { signal });
  }
}

function describe({ name, targets, spec }: FaultStatus): string {
  const armed = targets.filter(({ state }) => state === 'armed').map(({ target }) => target);
  return `${name}: armed in ${armed.join(', ')} for at most ${spec.ttl}`;
}
