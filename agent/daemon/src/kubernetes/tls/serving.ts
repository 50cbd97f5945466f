import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../log.ts';
import type { KubeApi } from '../api/kube-api.ts';
import { readCa } from './ca.ts';
import type { Clocks } from './clocks.ts';
import { type Leaf, makeLeaf, namesOf } from './leaf.ts';
import { bundleOf } from './rotation.ts';

/** A CA changes a few times a year, and a day before it matters: 1,000 agents ask less than once in three seconds. */
const readEveryMs = 3_600_000;
const checkEveryMs = 60_000;
const retryMs = 5_000;

export interface ServingOptions {
  readonly api: KubeApi;
  /** The agent's. */
  readonly namespace: string;
  /** The Service that injectors connect to. */
  readonly service: string;
  /** Such as cluster.local. */
  readonly clusterDomain: string;
  readonly clock: Clocks;
  readonly log: Log;
  /** Ends the timers. */
  readonly signal: AbortSignal;
  /** 0 to 1; spreads the agents' reads. */
  readonly random?: () => number;
}

/** The certificates that a bundle's writer needs. */
export interface Bundle {
  /** What pods trust, in PEM. */
  readonly bundle: () => string;
  /** Reads the CA again, as another agent may have turned it. @throws KubeError */
  readonly refresh: () => Promise<void>;
  /** Calls after each change of certificate or bundle; returns its undo. */
  readonly onChange: (listener: () => void) => () => void;
}

export interface Serving extends Bundle {
  /** For `tls.createServer` and `server.setSecureContext`, in PEM. */
  readonly secureContext: () => { readonly cert: string; readonly key: string };
  /** Does what is due; called every minute. Never rejects. */
  readonly check: () => Promise<void>;
}

/**
 * The agent's certificate, made anew at half of its life and whenever the CA has turned. The CA's key is in memory only
 * while a certificate is made. Resolves once there is one: without the API server it waits. @throws when aborted
 */
export async function createServing(options: ServingOptions): Promise<Serving> {
  const { api, namespace, service, clusterDomain, clock, log, signal, random = Math.random } = options;
  const dnsNames = namesOf(service, namespace, clusterDomain);
  // The API server's clock is the same for all agents; a node's own may be off.
  const now = () => Math.floor(api.serverNow() ?? clock.wallNow());
  const listeners = new Set<() => void>();
  let leaf: Leaf | undefined;
  let leafMadeMs = 0;
  let bundle = '';
  let readDueMs = 0;
  let lastFailure = '';

  const isLeafDue = (): boolean => {
    if (leaf === undefined) return true;
    const halfMs = (leaf.notAfterMs - leaf.notBeforeMs) / 2;
    // By both clocks: one of them may have been set, the other may have stood still with a machine that slept.
    return now() < leaf.notBeforeMs || now() >= leaf.notBeforeMs + halfMs || clock.now() >= leafMadeMs + halfMs;
  };

  const read = async (): Promise<void> => {
    const state = await readCa({ api, namespace, log, now, signal });
    readDueMs = clock.now() + readEveryMs * (0.8 + 0.4 * random());
    const isNewLeaf = isLeafDue() || leaf?.signer !== state.current.cert;
    const isNewBundle = bundle !== bundleOf(state);
    if (isNewLeaf) {
      leaf = makeLeaf(state.current, dnsNames, now());
      leafMadeMs = clock.now();
      log('info', 'a new certificate', { expires: new Date(leaf.notAfterMs).toISOString() });
    }
    bundle = bundleOf(state);
    if (isNewLeaf || isNewBundle) for (const listener of listeners) listener();
  };

  let running: Promise<void> | undefined;
  const refresh = (): Promise<void> => {
    running ??= read().finally(() => {
      running = undefined;
    });
    return running;
  };
  /** Whether it could be read. A failure is told once, until another or a success. */
  const attempt = async (): Promise<boolean> => {
    try {
      await refresh();
      lastFailure = '';
      return true;
    } catch (error) {
      const { message } = error as Error;
      if (message !== lastFailure && !signal.aborted)
        log('error', 'the CA cannot be read or written', { error: message });
      lastFailure = message;
      return false;
    }
  };

  while (!(await attempt())) await sleep(retryMs * (0.8 + 0.4 * random()), undefined, { signal });

  const check = async (): Promise<void> => {
    if (clock.now() >= readDueMs || isLeafDue()) await attempt();
  };
  const timer = setInterval(() => void check(), checkEveryMs).unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return {
    secureContext: () => ({ cert: leaf!.cert, key: leaf!.key }),
    bundle: () => bundle,
    refresh,
    check,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
