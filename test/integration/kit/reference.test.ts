import { readFile } from 'node:fs/promises';
import { peerPolicySchema } from '@pado/kit/policy';
import t from 'tap';
import { policyTables, referenceFile, sources, withTables } from '../../../services/kit/reference.ts';
import { serverPolicySchema } from '../../../services/kit/src/resilience/server-policy.ts';

const policies = [...Object.keys(peerPolicySchema.properties), ...Object.keys(serverPolicySchema.properties)];

t.test('the tables of the page are those that the schemas give', async (t) => {
  const page = await readFile(referenceFile, 'utf8');
  t.equal(page, withTables(page), 'node services/kit/reference.ts writes them');
});

t.test('the tables name every policy, and say what an option is where it is needed', async (t) => {
  const tables = policyTables();
  for (const name of policies) t.ok(tables.includes(`| \`${name}\` |`), name);
  t.match(tables, /\| `retry\.jitter\.baseMs` \| number 1 – 60 000 ms \| required \| 100 \|/);
  t.match(tables, /\| `queue\.order` \| `fifo`, `adaptive-lifo` \| `fifo` \|/);
  t.match(tables, /\| `connection\.idleMs` \| [^|]+ \| 30000 \|/);
});

t.test('every policy has a reference, and there is none for a policy that is gone', async (t) => {
  t.same(Object.keys(sources).sort(), [...policies].sort());
});

t.test('a page without the marks is refused instead of overwritten', async (t) => {
  t.throws(() => withTables('# The kit\n'), /has no marks/);
  t.throws(() => withTables('<!-- policies -->\n'), /has no marks/);
});
