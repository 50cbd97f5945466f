import { type PolicyDocument, policyFor, policySchema } from '@pado/kit/policy';
import { presetNames, presets } from '@pado/kit/presets';
import { Ajv } from 'ajv';
import t from 'tap';

const valid = new Ajv().compile(policySchema);
const document = (services: PolicyDocument['services']): PolicyDocument => ({ preset: 'x', revision: '1', services });

t.test('the exact name wins over "*", of peers and of services', async (t) => {
  const policies = document({
    orders: { payments: { deadlineMs: 1 }, '*': { deadlineMs: 2 } },
    '*': { catalog: { deadlineMs: 3 }, '*': { deadlineMs: 4 } },
  });
  t.same(policyFor(policies, 'orders', 'payments'), { deadlineMs: 1 });
  t.same(policyFor(policies, 'orders', 'catalog'), { deadlineMs: 2 });
  t.same(policyFor(policies, 'cart', 'catalog'), { deadlineMs: 3 });
  t.same(policyFor(policies, 'cart', 'inventory'), { deadlineMs: 4 });
  t.same(policyFor(document({}), 'cart', 'inventory'), {}, 'nothing said: no policy');
});

t.test('each preset is valid and called by its name', async (t) => {
  for (const name of presetNames) {
    t.ok(valid({ ...presets[name], revision: '1' }), name);
    t.equal(presets[name].preset, name);
  }
  t.notMatch(JSON.stringify(presets.naive), /deadlineMs|budget|bulkhead|fallback|dropAbandoned/);
});

t.test('what is not a policy is refused', async (t) => {
  for (const policy of [
    { deadline: 5 },
    { deadlineMs: -1 },
    { deadlineMs: '2s' },
    { retry: { maxAttempts: 0 } },
    { retry: {} },
    { bulkhead: { maxConcurrent: 8 } },
    { fallback: 'yes' },
  ]) {
    t.notOk(valid(document({ orders: { payments: policy as never } })), JSON.stringify(policy));
  }
});
