import { readFile } from 'node:fs/promises';
import t from 'tap';

const read = (path: string) => readFile(new URL(`../../../../${path}`, import.meta.url), 'utf8');

t.test('the reference lists the IAM actions that are used, and no others', async (t) => {
  const source = await read('runner/src/providers/aws/client.ts');
  const page = await read('docs/reference/aws.md');
  const used = new Set([...source.matchAll(/^ {2}'(\w+:\w+)': \[/gm)].map(([, action]) => action));
  const listed = new Set([...page.matchAll(/^\| `(\w+:\w+)` \|/gm)].map(([, action]) => action));
  t.ok(used.size > 10);
  // Tags are given with the start of an experiment, in the same call.
  t.same([...listed].sort(), [...used, 'fis:TagResource'].sort());
});
