import t from 'tap';
import { HttpProblem } from '../../../../../agent/daemon/src/http/problem.ts';
import { readReview } from '../../../../../agent/daemon/src/kubernetes/identity/review.ts';
import { reviewOf } from './tokens.ts';

const review = reviewOf();

t.test('a review names the pod', async (t) => {
  t.same(readReview({ status: review }, 'pado'), {
    namespace: 'shop',
    serviceAccount: 'default',
    pod: 'orders-1',
    podUid: 'uid-orders-1',
    node: 'node1',
  });
  const { 'authentication.kubernetes.io/node-name': _, ...extra } = review.user.extra;
  t.notOk('node' in readReview({ status: { ...review, user: { ...review.user, extra } } }, 'pado'), 'Kubernetes 1.29');
});

t.test('everything else is refused', async (t) => {
  const { user } = review;
  const pods = (...names: string[]) => ({ ...user.extra, 'authentication.kubernetes.io/pod-name': names });
  const cases: [string, object | undefined, RegExp][] = [
    ['no status', undefined, /does not accept/],
    ['a forged one', { authenticated: false, error: 'invalid bearer token' }, /does not accept/],
    ['an expired one', { error: '[invalid bearer token, service account token has expired]' }, /has expired/],
    ['not a true true', { ...review, authenticated: 'yes' }, /does not accept/],
    ['another audience', { ...review, audiences: ['vault'] }, /another audience/],
    ['a server without audiences', { ...review, audiences: undefined }, /another audience/],
    ['a person', { ...review, user: { ...user, username: 'admin' } }, /service account/],
    ['a name with more parts', { ...review, user: { ...user, username: `${user.username}:x` } }, /service account/],
    ['no pod', { ...review, user: { ...user, extra: {} } }, /not bound to a pod/],
    ['an empty pod', { ...review, user: { ...user, extra: pods('') } }, /not bound to a pod/],
    ['two pods', { ...review, user: { ...user, extra: pods('a', 'b') } }, /not bound to a pod/],
  ];
  for (const [name, status, message] of cases) {
    const answer = readReview(status === undefined ? {} : { status }, 'pado');
    t.ok(answer instanceof HttpProblem, name);
    t.match(answer, { status: 401, code: 'ERR_PADO_UNAUTHORIZED', message }, name);
  }
});
