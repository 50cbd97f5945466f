import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiVersion, type Effect, type FaultSpec, type FaultStatus, nameLabel } from '@pado/fault';
import type { Host } from '../../../helpers/host.ts';
import type { Bench } from './figure.ts';
import { type ProgramOptions, startProgram } from './programs.ts';

/** A real agent in a process of its own, as a person has it, and its API. */
export interface Control {
  readonly process: Host;
  /** Starts a program with the injector, and waits until it has connected under that name. */
  start(program: string, name: string, options?: ProgramOptions): Promise<Host>;
  /** Begins a fault and resolves when every target is armed. */
  arm(name: string, target: string, effects: readonly Effect[], spec?: Partial<FaultSpec>): Promise<FaultStatus>;
  /** Ends a fault and resolves, with its evidence, when every target has reverted. */
  end(name: string): Promise<FaultStatus>;
  request(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
}

const pollMs = 5;

export const faultFile = (name: string, target: string, effects: readonly Effect[], spec: Partial<FaultSpec> = {}) => ({
  apiVersion,
  kind: 'Fault',
  metadata: { name },
  spec: { target: { selector: { matchLabels: { [nameLabel]: target } } }, ttl: '5m', effects, ...spec },
});

export async function startControl(bench: Bench): Promise<Control> {
  const BENCH_STATE = await mkdtemp(join(tmpdir(), 'pado-bench-'));
  bench.defer(() => rm(BENCH_STATE, { recursive: true, force: true }));
  const agent = await startProgram(bench, 'agent.mjs', { env: { BENCH_STATE } });
  const { url, token, tokenFile } = await agent.ask<{ url: string; token: string; tokenFile: string }>('address');

  const request: Control['request'] = async (method, path, body) => {
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  };

  const until = async (name: string, fits: (status: FaultStatus) => boolean): Promise<FaultStatus> => {
    for (;;) {
      const status = (await request('GET', `/v1/faults/${name}`)).body as FaultStatus;
      const failed = status.targets.find(({ state }) => state === 'failed');
      if (failed) throw new Error(`${name} was refused: ${failed.reason}`);
      if (fits(status)) return status;
      await sleep(pollMs);
    }
  };

  return {
    process: agent,
    request,
    start: async (program, name, options = {}) => {
      const host = await startProgram(bench, program, {
        ...options,
        preload: [bench.injector, ...(options.preload ?? [])],
        env: { ...options.env, PADO_AGENT_URL: url, PADO_AGENT_TOKEN_FILE: tokenFile, PADO_NAME: name },
      });
      const isThere = async () => {
        const { items } = (await request('GET', '/v1/targets')).body as { items: { pid: number }[] };
        return items.some(({ pid }) => pid === host.child.pid);
      };
      while (!(await isThere())) await sleep(pollMs);
      return host;
    },
    arm: async (name, target, effects, spec) => {
      const { status, body } = await request('POST', '/v1/faults', faultFile(name, target, effects, spec));
      if (status !== 201) throw new Error(`the agent refuses ${name}: ${JSON.stringify(body)}`);
      return until(name, ({ conditions }) => conditions.AllInjected);
    },
    end: async (name) => {
      await request('PATCH', `/v1/faults/${name}`, { stopped: true });
      return until(name, ({ conditions }) => conditions.AllRecovered);
    },
  };
}
