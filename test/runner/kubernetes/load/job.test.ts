import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { loadJob, summaryMark } from '../../../../runner/src/kubernetes/load/manifest.ts';
import { bundleScript } from '../../../../runner/src/kubernetes/load/script.ts';

const script = fileURLToPath(new URL('../../../../load/shop.ts', import.meta.url));

t.test('a script travels with the files that it imports', async (t) => {
  const { entry, files } = await bundleScript(script);
  t.equal(entry, 'shop.ts');
  t.same(Object.keys(files).sort(), [
    'arrivals.ts',
    'buying.ts',
    'env.ts',
    'journeys.ts',
    'outcome.ts',
    'settings.ts',
    'shop.ts',
  ]);
  const folder = t.testdir({
    load: { 'a.ts': "import {\n  b,\n} from '../lib/b.ts';\nexport * from './c.ts';" },
    lib: { 'b.ts': '' },
  });
  await t.rejects(bundleScript(`${folder}/load/a.ts`), {
    code: 'ERR_PADO_K6',
    message: /c\.ts, which .*a\.ts imports, cannot be read/,
  });
});

// biome-ignore lint/suspicious/noExplicitAny: a manifest
async function manifest(env: Record<string, string> = { DURATION: '90s' }): Promise<any> {
  const bundled = { entry: 'load/a.ts', files: { 'load/a.ts': "it's a\n", 'lib/b.ts': 'b' } };
  return loadJob({
    name: 'load',
    image: 'k6:1',
    script: bundled,
    env,
    prometheusUrl: 'http://p:9090',
    testId: 'run-1',
  });
}

t.test('the Job fits Pod Security restricted, and ends by itself', async (t) => {
  const { spec } = await manifest();
  const { spec: pod } = spec.template;
  t.equal(spec.activeDeadlineSeconds, 150);
  t.match(pod, { restartPolicy: 'Never', automountServiceAccountToken: false });
  t.match(pod.securityContext, { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  t.match(pod.containers[0].securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
});

/** Runs the Job's command here, with a k6 of the test's own. */
async function runHere(t: Test, k6: string) {
  const { spec } = await manifest({ DURATION: '90s', BASE_URL: 'http://gateway:8080' });
  const [container] = spec.template.spec.containers;
  const folder = t.testdir({ bin: { k6: `#!/bin/sh\n${k6}` }, work: {} });
  const env = Object.fromEntries(
    container.env.map(({ name, value }: { name: string; value: string }) => [name, value]),
  );
  const [file, ...args] = container.command;
  const child = spawn('sh', ['-c', `chmod +x ${folder}/bin/k6; cd ${folder}/work; exec "$0" "$@"`, file, ...args], {
    env: { ...env, PATH: `${folder}/bin:${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { child, output: text(child.stdout), ended: once(child, 'exit') };
}

t.test('its command lays the files out and prints the summary with the exit code', async (t) => {
  const { output, ended } = await runHere(
    t,
    'for last; do :; done; cat "$last" lib/b.ts; echo "$@"; echo "{}" > summary.json; exit 99',
  );
  const [code] = await ended;
  t.equal(code, 99);
  const lines = (await output).trimEnd().split('\n');
  t.equal(lines[0], "it's a");
  t.match(lines[1], /^brun .*--tag testid=run-1 .*--env BASE_URL=http:\/\/gateway:8080 load\/a\.ts$/);
  t.equal(lines.at(-1), `${summaryMark} 99 {}`);
});

t.test('SIGTERM of the kubelet lets k6 sum up', async (t) => {
  const k6 =
    'trap \'echo "{\\"metrics\\":{}}" > summary.json; exit 105\' TERM; echo started; while :; do sleep 0.1; done';
  const { child, output, ended } = await runHere(t, k6);
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  const [code] = await ended;
  t.equal(code, 105);
  t.match(await output, `${summaryMark} 105 {"metrics":{}}`);
});
