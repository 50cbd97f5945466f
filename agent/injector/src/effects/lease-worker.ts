/** Where the agent is, and how often it is asked. */
export interface AskData {
  readonly url: string;
  readonly tokenFile: string | undefined;
  /** The channel of this process, which lives as long as somebody asks on its behalf. */
  readonly instance: string;
  readonly everyMs: number;
  readonly timeoutMs: number;
}

/** Begin to ask about a fault, or cease when there is no memory to write the answer to. */
export interface AskAbout {
  readonly id: number;
  readonly uid: string;
  readonly shared?: SharedArrayBuffer;
}

/**
 * Asks the agent whether faults go on, while the main thread may be blocked, and writes the answer to shared memory
 * (see lease.ts). Silence is no answer: then the lease runs out by the clock.
 */
export function ask(load: NodeJS.Require, cpuMs: () => number): void {
  const { parentPort, workerData } = load('node:worker_threads') as typeof import('node:worker_threads');
  const { readFileSync } = load('node:fs') as typeof import('node:fs');
  const { Agent, get } = load('node:http') as typeof import('node:http');
  const { url, tokenFile, instance, everyMs, timeoutMs } = workerData as AskData;
  const agent = new Agent({ keepAlive: true });
  const leases = new Map<number, { uid: string; shared: SharedArrayBuffer }>();
  let toldMs = 0;
  const askAbout = (uid: string, shared: SharedArrayBuffer): void => {
    let token = '';
    try {
      if (tokenFile !== undefined) token = readFileSync(tokenFile, 'utf8').trim();
    } catch {
      // The agent will say no, and the lease runs out.
    }
    const request = get(`${url}/v1/channel/${uid}?instance=${instance}`, {
      agent,
      timeout: timeoutMs,
      headers: { authorization: `Bearer ${token}` },
    });
    request.on('error', () => {});
    request.on('timeout', () => request.destroy());
    request.on('response', (response) => {
      response.on('error', () => {});
      response.resume();
      if (response.statusCode === 200) new Float64Array(shared)[2] = Number(process.hrtime.bigint()) / 1e6;
      if (response.statusCode === 410) Atomics.store(new Int32Array(shared), 0, 1);
    });
  };
  /** The lease that is there first bears the costs. */
  const tellCost = (): void => {
    const [first] = leases.values();
    if (!first) return;
    const used = cpuMs();
    new Float64Array(first.shared)[3]! += used - toldMs;
    toldMs = used;
  };
  parentPort!.on('message', ({ id, uid, shared }: AskAbout) => {
    if (shared) leases.set(id, { uid, shared });
    else leases.delete(id);
    tellCost();
  });
  setInterval(() => {
    tellCost();
    for (const { uid, shared } of leases.values()) askAbout(uid, shared);
  }, everyMs);
}
