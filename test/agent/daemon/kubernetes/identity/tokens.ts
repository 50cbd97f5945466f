import { randomBytes } from 'node:crypto';

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Of the form of a token; only a fake API server would accept its signature. `exp` in seconds. */
export const tokenLike = (claims: object = {}): string =>
  `${encode({ alg: 'RS256' })}.${encode(claims)}.${randomBytes(24).toString('base64url')}`;

/** A review's status for a pod's token, as Kubernetes 1.34 writes it. */
export const reviewOf = (pod = 'orders-1') => ({
  authenticated: true,
  audiences: ['pado'],
  user: {
    username: 'system:serviceaccount:shop:default',
    extra: {
      'authentication.kubernetes.io/credential-id': ['JTI=1'],
      'authentication.kubernetes.io/node-name': ['node1'],
      'authentication.kubernetes.io/pod-name': [pod],
      'authentication.kubernetes.io/pod-uid': [`uid-${pod}`],
    },
  },
});
