import { createHash } from 'node:crypto';
import { HttpProblem } from '../../http/problem.ts';
import type { Log } from '../../log.ts';
import { type KubeApi, KubeError } from '../api/kube-api.ts';
import type { Clocks } from '../tls/clocks.ts';
import { Gate } from './gate.ts';
import { RetryLater } from './problems.ts';
import { Recent } from './recent.ts';
import { askForReview, type PodIdentity } from './review.ts';
import { endOfToken } from './token.ts';

const acceptedMs = 60_000;
const refusedMs = 5_000;
/** How long an accepted token outlives an API server that does not answer; its own end comes first. */
const withoutServerMs = 3_600_000;
/** An injector waits 1 s for the agent: one that was accepted before does not wait longer for the API server. */
const patienceMs = 500;
/** Apart, so that no flood of garbage drives out those that are known. */
const maxAccepted = 3_072;
const maxRefused = 1_024;
/** 250 injectors that come back at once pass; of a flood, the API server sees this many a second. Few at once: the same
 * sockets renew leases. */
const limits = { atOnce: 4, queue: 256, burst: 400, perSecond: 50 };

interface Accepted {
  readonly identity: PodIdentity;
  /** Monotonic ms. */
  readonly freshUntilMs: number;
  readonly staleUntilMs: number;
}

interface Refused {
  readonly problem: HttpProblem;
  readonly untilMs: number;
}

export interface IdentityOptions {
  readonly api: KubeApi;
  /** Who the tokens must be meant for: pado. */
  readonly audience: string;
  readonly clock: Clocks;
  readonly log: Log;
  /** Resolves after so many ms; so that tests own the time. */
  readonly patience?: (ms: number) => Promise<void>;
}

export interface Identities {
  /** The pod that a token belongs to. @throws HttpProblem 401, or RetryLater 503 when nobody can tell now */
  readonly review: (token: string) => Promise<PodIdentity>;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
const isSilent = (error: unknown): boolean =>
  error instanceof KubeError && (error.status === 0 || error.status === 429 || error.status >= 500);

/**
 * Tells pods by their tokens. While the API server does not answer (no answer within 500 ms, none at all, 429, 5xx) or too many others ask, a
 * token that it has accepted before goes on to count for its pod: until the token's own end, and an hour after the last
 * answer at most. So an outage of the API server does not end faults when a connection breaks. That is safe because the
 * signature has been checked, nothing new is admitted, and a pod whose deletion is known is refused by the caller, who
 * compares with its own list of pods. An agent that starts meanwhile knows nobody, and admits nobody. A definite refusal
 * ends it at once; so do 401 and 403, by which the API server answers that this agent may not ask.
 */
export function createIdentities(options: IdentityOptions): Identities {
  const { api, audience, clock, log, patience = pause } = options;
  const accepted = new Recent<Accepted>(maxAccepted);
  const rejected = new Recent<Refused>(maxRefused);
  const running = new Map<string, Promise<PodIdentity>>();
  const gate = new Gate({ ...limits, clock });
  let isFailing = false;

  const ask = async (key: string, token: string, endMs: number): Promise<PodIdentity> => {
    const answer = await gate.run(() => askForReview(api, token, audience));
    if (isFailing) log('info', 'tokens can be checked again');
    isFailing = false;
    const nowMs = clock.now();
    if (answer instanceof HttpProblem) {
      accepted.delete(key);
      rejected.set(key, { problem: answer, untilMs: nowMs + refusedMs });
      throw answer;
    }
    const remainingMs = endMs - (api.serverNow() ?? clock.wallNow());
    accepted.set(key, {
      identity: answer,
      freshUntilMs: nowMs + Math.min(acceptedMs, remainingMs),
      staleUntilMs: nowMs + Math.min(withoutServerMs, remainingMs),
    });
    return answer;
  };

  /** One review of a token at a time, whoever waits for it. */
  const share = (key: string, token: string, endMs: number): Promise<PodIdentity> => {
    const shared = running.get(key) ?? ask(key, token, endMs).finally(() => running.delete(key));
    running.set(key, shared);
    return shared;
  };

  const explain = (error: unknown): unknown => {
    if (!(error instanceof KubeError)) return error;
    if (!isFailing) log('error', 'tokens cannot be checked', { status: error.status, error: error.message });
    isFailing = true;
    return new RetryLater('the API server cannot be asked about the bearer token');
  };

  return {
    review: async (token) => {
      const endMs = endOfToken(token);
      const key = createHash('sha256').update(token).digest('base64');
      const known = accepted.get(key);
      if (known && clock.now() < known.freshUntilMs) return known.identity;
      const refusal = rejected.get(key);
      if (refusal && clock.now() < refusal.untilMs) throw refusal.problem;
      const asked = share(key, token, endMs);
      if (!known || clock.now() >= known.staleUntilMs) return asked.catch((error) => Promise.reject(explain(error)));
      const orKnown = (error: unknown): PodIdentity => {
        const problem = explain(error);
        if (isSilent(error) || error instanceof RetryLater) return known.identity;
        throw problem;
      };
      return Promise.race([asked.catch(orKnown), patience(patienceMs).then(() => known.identity)]);
    },
  };
}
