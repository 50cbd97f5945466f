import type { Match } from '@pado/fault';
import { pathPattern } from '@pado/fault';
import t from 'tap';
import type { RequestFacts } from '../../../../agent/injector/src/request/facts.ts';
import { matcher } from '../../../../agent/injector/src/request/match.ts';

interface Given extends Partial<Omit<RequestFacts, 'header'>> {
  readonly headers?: Readonly<Record<string, string>>;
}

const request = ({ headers = {}, ...given }: Given = {}): RequestFacts => ({
  method: 'GET',
  path: '/charges/7?full=1',
  host: 'payments.local',
  port: 8080,
  ...given,
  header: (name) => headers[name],
});

const services = {
  payments: [
    { host: '*', port: 4501 },
    { host: 'payments.shop.svc', port: 80 },
  ],
};
const fits = (match: Match, given?: Given): boolean => matcher(match, () => services)(request(given));

t.test('an empty match fits all', async (t) => {
  t.ok(fits({}));
});

t.test('a path glob', async (t) => {
  t.ok(fits({ path: '/charges/*' }), 'without the query');
  t.notOk(fits({ path: '/charges' }));
  t.notOk(fits({ path: '/*' }), 'a star stops at a slash');
  t.ok(fits({ path: '/**' }), 'two do not');
  t.notOk(fits({ path: '/charges/*/refund' }));
  t.ok(pathPattern('/a.b/').test('/a.b/'), 'slashes alone make no regular expression');
  t.notOk(pathPattern('/a.b').test('/axb'), 'a dot is a dot');
});

t.test('a regular expression', async (t) => {
  t.ok(fits({ path: '/^\\/charges\\/\\d+$/' }));
  t.notOk(fits({ path: '/^\\/carts/' }));
});

t.test('method, host and port', async (t) => {
  t.ok(fits({ method: ['POST', 'GET'] }));
  t.notOk(fits({ method: ['POST'] }));
  t.ok(fits({ host: '*.local', port: 8080 }));
  t.ok(fits({ host: 'PAYMENTS.local' }));
  t.notOk(fits({ host: '*.local', port: 80 }), 'every field must fit');
  t.ok(fits({ host: '::1' }, { host: '::1' }));
});

t.test('headers and baggage', async (t) => {
  const canary = { headers: { 'x-cohort': 'canary-2', baggage: 'a=1, pado.cohort=can%61ry;ttl=3' } };
  t.ok(fits({ headers: { 'X-Cohort': 'canary-*' } }, canary));
  t.notOk(fits({ headers: { 'x-cohort': 'canary' } }, canary));
  t.notOk(fits({ headers: { 'x-other': '*' } }, canary), 'anything is not nothing');
  t.ok(fits({ baggage: { 'pado.cohort': 'canary' } }, canary));
  t.notOk(fits({ baggage: { 'pado.cohort': 'stable' } }, canary));
  t.notOk(fits({ baggage: { 'pado.cohort': '*' } }));
});

t.test('a service is its resolved addresses', async (t) => {
  for (const host of ['localhost', '127.0.0.1', '127.8.8.8', '::1', 'payments.localhost'])
    t.ok(fits({ service: 'payments' }, { host, port: 4501 }), host);
  t.notOk(fits({ service: 'payments' }, { host: 'elsewhere', port: 4501 }));
  t.ok(fits({ service: 'payments' }, { host: 'payments.shop.svc', port: 80 }));
  t.notOk(fits({ service: 'orders' }, { host: 'localhost', port: 4501 }), 'an unresolved service is nowhere');
});

t.test('probes and marked requests are spared, unless named', async (t) => {
  for (const path of ['/healthz', '/readyz', '/metrics', '/healthz?verbose']) {
    t.notOk(fits({}, { path }), path);
    t.notOk(fits({ path: '/**' }, { path }), 'a wildcard does not name it');
    t.notOk(fits({ path: '/^/' }, { path }));
  }
  t.ok(fits({ path: '/healthz' }, { path: '/healthz' }));
  const marked = { headers: { 'pado-bypass': '1' } };
  t.notOk(fits({}, marked));
  t.ok(fits({ headers: { 'Pado-Bypass': '*' } }, marked));
});
