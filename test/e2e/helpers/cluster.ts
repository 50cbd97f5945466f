import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Test } from 'tap';

const run = promisify(execFile);

/** Runs kubectl with the kubeconfig of the environment; resolves to its stdout. @throws with its stderr in `stderr` */
export async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await run('kubectl', args, { maxBuffer: 64 << 20 });
  return stdout;
}

export async function kubectlJson<T>(...args: string[]): Promise<T> {
  return JSON.parse(await kubectl(...args, '-o', 'json')) as T;
}

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `kubectl VERB -f -` of documents; never throws, for tests that expect a refusal. */
export function kubectlWith(input: string | object, ...args: string[]): Promise<Answer> {
  const child = spawn('kubectl', [...args, '-f', '-'], { stdio: 'pipe' });
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (out.stdout += chunk));
  child.stderr.on('data', (chunk) => (out.stderr += chunk));
  child.stdin.end(typeof input === 'string' ? input : JSON.stringify(input));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, ...out }));
  });
}

/** @throws when kubectl refuses */
export async function apply(input: string | object): Promise<void> {
  const { code, stderr } = await kubectlWith(input, 'apply');
  if (code !== 0) throw new Error(`kubectl apply: ${stderr}`);
}

export async function helm(...args: string[]): Promise<string> {
  const { stdout } = await run('helm', args, { maxBuffer: 64 << 20 });
  return stdout;
}

/** A namespace of the test's own under Pod Security `restricted`, gone afterwards. */
export async function namespace(t: Test, prefix = 'pado-e2e', labels: Record<string, string> = {}): Promise<string> {
  const name = `${prefix}-${randomBytes(3).toString('hex')}`;
  await apply({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted', ...labels } },
  });
  t.teardown(async () => {
    await kubectl('delete', 'namespace', name, '--wait=false', '--ignore-not-found');
  });
  return name;
}
