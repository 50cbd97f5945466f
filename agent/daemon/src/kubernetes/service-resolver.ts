import type { Address } from '@pado/fault';
import type { Log } from '../log.ts';
import type { KubeApi } from './api/kube-api.ts';
import { resolveService } from './services.ts';

export interface ServiceResolverOptions {
  readonly api: Pick<KubeApi, 'request'>;
  readonly clusterDomain: string;
  readonly log: Log;
  /** Called when a wanted Service's addresses are known first or differ from before. */
  readonly onChange: (namespace: string, name: string) => void;
  readonly signal: AbortSignal;
  /** Default 15,000. */
  readonly refreshMs?: number;
}

interface Entry {
  readonly namespace: string;
  readonly name: string;
  wanted: number;
  addresses: readonly Address[] | undefined;
  pending: Promise<readonly Address[]> | undefined;
}

const keyOf = (namespace: string, name: string): string => `${namespace}/${name}`;

/** Addresses of Services that faults ask for, kept and asked for anew while they are wanted. */
export class ServiceResolver {
  readonly #options: ServiceResolverOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: ServiceResolverOptions) {
    this.#options = options;
    if (options.signal.aborted) return;
    const timer = setInterval(() => this.#refreshAll(), options.refreshMs ?? 15_000);
    options.signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  }

  /** Begins to keep a Service's addresses; each call needs its `unwant`. */
  want(namespace: string, name: string): void {
    const key = keyOf(namespace, name);
    const entry = this.#entries.get(key) ?? { namespace, name, wanted: 0, addresses: undefined, pending: undefined };
    entry.wanted++;
    this.#entries.set(key, entry);
    if (entry.wanted === 1) void this.#refresh(entry).catch(() => {});
  }

  unwant(namespace: string, name: string): void {
    const key = keyOf(namespace, name);
    const entry = this.#entries.get(key);
    if (entry !== undefined && --entry.wanted <= 0) this.#entries.delete(key);
  }

  /** What is known now of a wanted Service, without asking. */
  known(namespace: string, name: string): readonly Address[] | undefined {
    return this.#entries.get(keyOf(namespace, name))?.addresses;
  }

  /**
   * What is known of a wanted Service, or else the API server's answer.
   * @throws PadoError ERR_PADO_NOT_FOUND if there is no such Service, ERR_PADO_INVALID; KubeError
   */
  async addressesOf(namespace: string, name: string): Promise<readonly Address[]> {
    const { api, clusterDomain } = this.#options;
    const entry = this.#entries.get(keyOf(namespace, name));
    if (entry === undefined) return resolveService(api, namespace, name, clusterDomain);
    return entry.addresses ?? this.#refresh(entry);
  }

  #refreshAll(): void {
    for (const entry of this.#entries.values()) void this.#refresh(entry).catch(() => {});
  }

  /** One question at a time. What was known stays when there is no answer, and when the Service is gone: clients may still know it. */
  #refresh(entry: Entry): Promise<readonly Address[]> {
    entry.pending ??= this.#resolve(entry).finally(() => {
      entry.pending = undefined;
    });
    return entry.pending;
  }

  async #resolve(entry: Entry): Promise<readonly Address[]> {
    const { api, clusterDomain, log, onChange, signal } = this.#options;
    const { namespace, name } = entry;
    try {
      const addresses = await resolveService(api, namespace, name, clusterDomain);
      const isChanged = JSON.stringify(addresses) !== JSON.stringify(entry.addresses);
      entry.addresses = addresses;
      if (isChanged && entry.wanted > 0 && !signal.aborted) onChange(namespace, name);
      return addresses;
    } catch (error) {
      log('warn', 'a Service could not be resolved', { namespace, service: name, error: (error as Error).message });
      throw error;
    }
  }
}
