import type { Row } from './figure.ts';
import type { Machine } from './machine.ts';
import { peerVersions } from './tools.ts';

const words = {
  reached: 'reached',
  'not reached': '**not reached**',
  'within noise': 'missed, within noise',
  none: '–',
} as const;
const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The rows as a Markdown table. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map((row) =>
    [row.figure, row.goal, row.measured, row.peer, words[row.verdict]].map(cell).join(' | '),
  );
  return [
    '| figure | goal | measured | beside it, in the same run | |',
    '| --- | --- | --- | --- | --- |',
    ...lines.map((line) => `| ${line} |`),
  ].join('\n');
}

export interface Run {
  readonly rows: readonly Row[];
  readonly machine: Machine;
  /** As in 2026-01-31. */
  readonly date: string;
  readonly command: string;
  readonly isQuick: boolean;
}

/** The page docs/reference/accuracy.md. */
export const page = ({ rows, machine, date, command, isQuick }: Run): string => `# Accuracy of the injector
What was asked for and what was delivered, measured by \`${command}\` on ${date}. This page is written by that command.${isQuick ? ' **A quick run: it shows that everything is measured, and is too short to judge by.**' : ''}

${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB, ${machine.kernel}, Node.js ${machine.node}. Peers, measured in the same run: Toxiproxy ${peerVersions.toxiproxy}, @opentelemetry/instrumentation-http ${peerVersions['@opentelemetry/instrumentation-http']} (every request sampled, the exporter drops its span), stress-ng as installed.

${table(rows)}

${rows.filter(({ verdict }) => verdict === 'reached').length} of ${rows.filter(({ verdict }) => verdict !== 'none').length} goals reached.

How to read it:
- \`1.003 [0.998, 1.009]\` is a median with its 95% confidence interval (bootstrap over the rounds). The median decides whether a goal is reached, or the worst where the row tells one. *Missed, within noise*: the median misses the goal, but its interval does not.
- **A/A** compares the program without the injector with itself: what lies within that interval is noise.
- Ratios and differences are taken within one round, in which the variants run one after the other in a random order, each in a fresh process. The seed is fixed.
- CPU is user and system time of the whole process by the kernel's count, over the requests that it served; for Toxiproxy the proxy's is added.
- Latency is what is over the delay and over the same call without the fault, made just before by a client in a process of its own at 200 calls a second. *Earliest* is the fastest call minus the delay: never below 0, for a delay is added to the real time. Its CPU is that of the process that waits, more than without the fault. Inbound is a fault in the server, outbound one in the client; *setTimeout in the handler* is a delay written by hand.
- Shares are counted by the clients: in the first 1,000 requests after arming, and in 1,000 that begin anywhere.
- CPU shares are read from the program each second by \`getrusage\`, its own use taken off; memory from \`/proc/PID/smaps_rollup\`.
- cgroup v1 only: machines with cgroup v2 are covered by captured files in the tests, not by this table.
`;
