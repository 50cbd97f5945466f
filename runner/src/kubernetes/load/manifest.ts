import { durationMs, parseDuration } from '@pado/fault';
import type { BundledScript } from './script.ts';

/** In the log: a line of this and k6's exit code; what follows is k6's summary, one JSON document. */
export const summaryMark = '--- pado: k6 summary ---';

export interface LoadManifest {
  readonly name: string;
  readonly image: string;
  readonly script: BundledScript;
  readonly env: Readonly<Record<string, string>>;
  readonly prometheusUrl: string;
  readonly testId: string;
}

/** k6 writes its summary and a pod goes: time from asking it to stop until it is killed, in seconds. */
const graceSeconds = 20;

/**
 * k6 as a Job that Pod Security `restricted` lets in. The script comes in the environment, so that the run needs no
 * ConfigMap and leaves none; the summary goes to the log. The Job ends by itself should nobody end it.
 */
export function loadJob({ name, image, script, env, prometheusUrl, testId }: LoadManifest): object {
  const labels = { 'app.kubernetes.io/name': 'load', 'app.kubernetes.io/managed-by': 'pado' };
  const files = Object.entries(script.files).map(([path, text], index) => ({
    path,
    text,
    variable: `PADO_FILE_${index}`,
  }));
  const variables = {
    ...env,
    K6_PROMETHEUS_RW_SERVER_URL: `${prometheusUrl}/api/v1/write`,
    // Without it k6 sends percentiles and rates since the start of the test, which no window can be cut from.
    K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM: 'true',
    K6_PROMETHEUS_RW_PUSH_INTERVAL: '1s',
    ...Object.fromEntries(files.map(({ variable, text }) => [variable, text])),
  };
  const lastsMs = parseDuration(env.DURATION ?? '') ?? durationMs('10m');
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, labels },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: Math.ceil(lastsMs / 1_000) + 60,
      ttlSecondsAfterFinished: 60,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: graceSeconds,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 12_345,
            runAsGroup: 12_345,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: 'k6',
              image,
              imagePullPolicy: 'IfNotPresent',
              command: ['/bin/sh', '-c', shell(files, script.entry, { env, testId })],
              env: Object.entries(variables).map(([key, value]) => ({ name: key, value })),
              workingDir: '/work',
              volumeMounts: [
                { name: 'work', mountPath: '/work' },
                { name: 'tmp', mountPath: '/tmp' },
              ],
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } },
            },
          ],
          volumes: [
            { name: 'work', emptyDir: {} },
            { name: 'tmp', emptyDir: {} },
          ],
        },
      },
    },
  };
}

/** Lays the files out, runs k6, passes the kubelet's SIGTERM on, and prints the summary. */
function shell(
  files: readonly { readonly path: string; readonly variable: string }[],
  entry: string,
  { env, testId }: Pick<LoadManifest, 'env' | 'testId'>,
): string {
  const variables = Object.keys(env).map((key) => `--env ${quoted(key)}="$${key}"`);
  return [
    ...files.flatMap(({ path, variable }) => [
      `mkdir -p "$(dirname ${quoted(path)})"`,
      `printf '%s' "$${variable}" > ${quoted(path)}`,
    ]),
    `unset ${files.map(({ variable }) => variable).join(' ')}`,
    // Raw log lines on stdout: what the script says to the console is the ledger, one JSON document a line.
    `k6 run --quiet --no-color --no-usage-report --log-format=raw --tag ${quoted(`testid=${testId}`)} --summary-export=summary.json --console-output=/dev/stdout --out=experimental-prometheus-rw ${variables.join(' ')} ${quoted(entry)} &`,
    'k6=$!',
    // Not SIGINT, which a shell without job control has what it starts in the background ignore.
    `trap 'kill -TERM $k6' TERM INT`,
    // `wait` returns early when the trap ran.
    'wait $k6; code=$?',
    'while kill -0 $k6 2>/dev/null; do wait $k6; code=$?; done',
    // One line: what k6 said last to stderr is another stream, and may come into the log after it, or in its middle.
    `printf '%s %s %s\\n' '${summaryMark}' $code "$(tr -d '\\n' < summary.json)"`,
    'exit $code',
  ].join('\n');
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
