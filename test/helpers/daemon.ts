import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Agent, type AgentOptions, startAgent } from '@pado/daemon';
import { apiVersion, type FaultSpec, type FaultStatus, nameLabel } from '@pado/fault';
import type { Test } from 'tap';
import { connectInjector } from './wire-injector.ts';

/** A real agent on a free port, gone at the end of the test. */
export async function testAgent(t: Test, options: Partial<AgentOptions> = {}) {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'pado-agent-'));
  const agent: Agent = await startAgent({ stateDirectory, ...options });
  t.teardown(async () => {
    await agent.close();
    await rm(stateDirectory, { recursive: true, force: true });
  });
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(agent.url + path, {
      method,
      headers: { authorization: `Bearer ${agent.token}`, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  const status = async (name: string): Promise<FaultStatus> => (await call('GET', `/v1/faults/${name}`)).body;
  return {
    agent,
    stateDirectory,
    call,
    status,
    connect: (hello: Parameters<typeof connectInjector>[1]) => connectInjector(agent, hello),
    /** Resolves once the fault's status fits; the agent's answers are the events. */
    until: async (name: string, fits: (status: FaultStatus) => boolean): Promise<FaultStatus> => {
      for (;;) {
        const current = await status(name);
        if (fits(current)) return current;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}

export const fault = (name: string, target: string, spec: Partial<FaultSpec> = {}) => ({
  apiVersion,
  kind: 'Fault',
  metadata: { name },
  spec: {
    target: { selector: { matchLabels: { [nameLabel]: target } } },
    ttl: '30s',
    effects: [{ kind: 'latency', direction: 'inbound', delay: '1s' }],
    ...spec,
  },
});

/** A clock that moves only when told. */
export function handClock(startMs = 0) {
  let now = startMs;
  return {
    now: () => now,
    advance: (ms: number) => {
      now += ms;
    },
  };
}
