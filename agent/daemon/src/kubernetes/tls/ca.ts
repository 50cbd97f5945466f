import { names } from '@pado/fault';
import type { Log } from '../../log.ts';
import { isStatus, type KubeApi } from '../api/kube-api.ts';
import { readSecret, type Secret, toSecret } from './ca-secret.ts';
import { type CaState, freshState, rotate } from './rotation.ts';

/** As many agents may write at once as start together; each write of one of them is a step forward for all. */
const attempts = 10;

export interface CaOptions {
  readonly api: KubeApi;
  /** The agent's. */
  readonly namespace: string;
  readonly log: Log;
  /** Unix ms, the same for all agents as far as possible. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/**
 * The CA that all agents share, as its Secret says; makes it, mends it and turns it when that is due. Any agent may do any
 * step: what another has done in between shows as a conflict, and is read.
 * @throws KubeError
 */
export async function readCa({ api, namespace, log, now, signal }: CaOptions): Promise<CaState> {
  const all = `/api/v1/namespaces/${namespace}/secrets`;
  const one = `${all}/${names.caSecret}`;
  for (let attempt = 1; ; attempt += 1) {
    const secret = await api.request<Secret>('GET', one, { signal }).catch((error) => {
      if (isStatus(error, 404)) return undefined;
      throw error;
    });
    const { state: found, damage } = secret ? readSecret(secret, now()) : { damage: [] };
    const state = rotate(found ?? freshState(now()), now());
    if (secret && damage.length === 0 && state === found) return state;
    const facts = { secret: `${namespace}/${names.caSecret}` };
    if (secret && damage.length > 0)
      log('error', found ? 'the CA was damaged and is mended' : 'the CA cannot be used: a new one is made', {
        ...facts,
        damage,
      });
    try {
      if (secret) await api.request('PUT', one, { body: toSecret(state, secret, namespace), signal });
      else await api.request('POST', all, { body: toSecret(state, newSecret, namespace), signal });
      log('info', secret ? 'the CA was written' : 'the CA was made', {
        ...facts,
        expires: new Date(state.current.notAfterMs).toISOString(),
        next: state.next && new Date(state.next.sinceMs).toISOString(),
      });
      return state;
    } catch (error) {
      // 404: it was deleted since it was read.
      const isRaced = isStatus(error, 409) || (secret !== undefined && isStatus(error, 404));
      if (!isRaced || attempt === attempts) throw error;
    }
  }
}

const newSecret = {
  metadata: { name: names.caSecret, labels: { 'app.kubernetes.io/managed-by': 'pado-agent' } },
} satisfies Partial<Secret>;
