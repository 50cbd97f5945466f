import { tokenAudience } from '@pado/fault';
import type { HttpProblem } from '../../http/problem.ts';
import type { KubeApi } from '../api/kube-api.ts';
import { refused } from './problems.ts';

/** Who a token belongs to, by the API server's word. */
export interface PodIdentity {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly pod: string;
  readonly podUid: string;
  /** Kubernetes tells it from 1.30 on. */
  readonly node?: string;
}

interface TokenReview {
  readonly status?: {
    readonly authenticated?: boolean;
    readonly error?: string;
    readonly audiences?: readonly string[];
    readonly user?: {
      readonly username?: string;
      readonly extra?: Readonly<Record<string, readonly string[]>>;
    };
  };
}

/** The identity that a review proves, or why it proves none. */
export function readReview({ status = {} }: TokenReview, audience: string): PodIdentity | HttpProblem {
  const { authenticated, error = '', audiences = [], user = {} } = status;
  if (authenticated !== true)
    return refused(
      /expired/.test(error)
        ? 'the bearer token has expired'
        : 'the API server does not accept the bearer token: it is forged, of another audience, or its pod is gone',
    );
  // An API server that knows no audiences answers without any, and would accept a token that was meant for itself.
  if (!audiences.includes(audience)) return refused('the bearer token is of another audience');
  const [, namespace, serviceAccount] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user.username ?? '') ?? [];
  if (!namespace || !serviceAccount) return refused('the bearer token is not one of a service account');
  const extra = (name: string): string | undefined => {
    const values = user.extra?.[`authentication.kubernetes.io/${name}`];
    return values?.length === 1 ? values[0] : undefined;
  };
  const [pod, podUid, node] = [extra('pod-name'), extra('pod-uid'), extra('node-name')];
  if (!pod || !podUid) return refused('the bearer token is not bound to a pod');
  return { namespace, serviceAccount, pod, podUid, ...(node && { node }) };
}

/** Asks the API server. @throws KubeError when it does not say */
export async function askForReview(
  api: KubeApi,
  token: string,
  audience: string = tokenAudience,
): Promise<PodIdentity | HttpProblem> {
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    spec: { token, audiences: [audience] },
  };
  return readReview(
    await api.request<TokenReview>('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body }),
    audience,
  );
}
