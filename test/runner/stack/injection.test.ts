import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { injected } from '../../../runner/src/stack/injection.ts';

t.test('loads a bundle from any path, after what NODE_OPTIONS held', async (t) => {
  const folder = t.testdir({ 'a "b" \\c d': { 'bundle.cjs': 'globalThis.loaded = true;' } });
  const bundle = join(folder, 'a "b" \\c d', 'bundle.cjs');
  const base = { PATH: process.env.PATH, NODE_OPTIONS: '--no-deprecation' };
  const env = injected(base, { bundle, name: 'web', labels: { tier: 'front', zone: 'a' } });
  const script =
    'console.log(globalThis.loaded, process.noDeprecation, process.env.PADO_NAME, process.env.PADO_LABELS)';
  t.equal(
    execFileSync(process.execPath, ['-e', script], { env, encoding: 'utf8' }),
    'true true web tier=front,zone=a\n',
  );
});

t.test('tells the agent only when there is one', async (t) => {
  t.notOk('PADO_AGENT_URL' in injected({}, { bundle: '/b.cjs', name: 'web' }));
  const agent = { url: 'http://127.0.0.1:4600', tokenFile: '/t' };
  t.match(injected({}, { bundle: '/b.cjs', name: 'web', agent }), {
    NODE_OPTIONS: '--require=/b.cjs',
    PADO_AGENT_URL: agent.url,
    PADO_AGENT_TOKEN_FILE: '/t',
  });
});
