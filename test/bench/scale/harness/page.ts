import type { Machine } from '../../injector/harness/machine.ts';
import type { AgentsResult, FaultRun } from '../figures/agents.ts';
import type { InjectorsResult } from '../figures/injectors.ts';
import { text } from './counts.ts';
import { agentsTable, bars, faultsTable, injectorsTable } from './tables.ts';

export interface Run {
  readonly machine: Machine;
  /** Version of the API server. */
  readonly kubernetes: string;
  /** As in 2026-01-31. */
  readonly date: string;
  readonly command: string;
  readonly isQuick: boolean;
  readonly injectors: readonly InjectorsResult[];
  readonly agents: readonly AgentsResult[];
}

/** What is printed. */
export const report = ({ injectors, agents }: Run): string =>
  [
    ...(injectors.length > 0 ? [injectorsTable(injectors)] : []),
    ...(agents.length > 0 ? [agentsTable(agents), faultsTable(agents)] : []),
  ].join('\n\n');

/** A constant of the agent that the page names; the page's test compares it with the source. */
export const limits = {
  maxChannelsOfAPod: 64,
  maxFromAnAddress: 256,
  maxConnections: 4_096,
  mostPods: 10,
  mostAMinute: 60,
} as const;

const medianRun = (agents: AgentsResult, mode: string): FaultRun | undefined => {
  const runs = agents.faults.filter((run) => run.mode === mode).sort((a, b) => a.armMs.max - b.armMs.max);
  return runs[Math.floor(runs.length / 2)];
};

function growth(agents: readonly AgentsResult[]): string {
  const rows = (value: (result: AgentsResult) => number) =>
    agents.map((result) => [`${result.agents.toLocaleString('en')} agents`, value(result)] as const);
  return `Apply → armed at the last of all agents, mode \`all\`:
\`\`\`
${bars(
  rows((result) => medianRun(result, 'all')?.armMs.max ?? 0),
  'ms',
)}
\`\`\`
Requests a minute to the API server, idle:
\`\`\`
${bars(
  rows((result) => Object.values(result.idleAMinute).reduce((sum, count) => sum + count, 0)),
  '',
)}
\`\`\``;
}

/** What did not come about in this run is said, and not left to be found in the table. */
function problems(agents: readonly AgentsResult[]): string {
  const failed = agents.flatMap(({ agents: count, faults }) =>
    faults
      .filter(({ armed, wanted, toldMs }) => armed !== wanted || !Number.isFinite(toldMs))
      .map(({ mode, armed, wanted }) => `${mode} with ${count} agents (${armed} of ${wanted} at a time)`),
  );
  return failed.length === 0
    ? ''
    : `**In this run it did not come into force everywhere it should have: ${failed.join(', ')}.** The API server could not take in time what was asked of it.\n\n`;
}

const largest = <T>(results: readonly T[]): T | undefined => results.at(-1);

function whatIsAsked(agents: readonly AgentsResult[]): string {
  const result = largest(agents);
  if (result === undefined) return '';
  const lines = ['all', 'one', 'fixed-percent'].flatMap((mode) => {
    const run = medianRun(result, mode);
    if (run === undefined) return [];
    return [
      `- \`${mode}\`: until it is in force ${text(run.begins)}; each second ${text(run.goesOn, 1)}; to end it ${text(run.ends)}.`,
    ];
  });
  return `What ${result.agents.toLocaleString('en')} agents ask, by mode (the refused are part of the others):
${lines.join('\n')}
- idle, a minute: ${text(result.idleAMinute)}.`;
}

/** The page docs/reference/scale.md. */
export const page = (run: Run): string => `# Scale
How many processes one agent carries, and what many agents ask of one API server: measured by \`${run.command}\` on ${run.date}. This page is written by that command.${run.isQuick ? ' **A quick run: it shows that everything is measured, and is too short to judge by.**' : ''}

${run.machine.cores} cores (${run.machine.cpu}), ${run.machine.memoryGiB} GiB, ${run.machine.kernel}, Node.js ${run.machine.node}, Kubernetes ${run.kubernetes}. **The API server, etcd, all agents and all injectors share these cores**: what is to be read is how the figures grow, not how large they are. A managed control plane has more, and agents have their nodes' CPUs to themselves.

## Injectors on one agent
The agent's own bundle as one process with the chart's flags, real tokens of real pods, TLS, TokenReviews. Injectors are simulated: light clients that speak the same wire, beat each second, report counts of ten hits each second while a fault is in force, and connect from several addresses.

${injectorsTable(run.injectors)}

*Told to revert* is when the injector has the message; its own part is in [accuracy](accuracy.md). *Own memory* is anonymous pages, what the limit of the chart (128 MiB) counts in the end; *resident* has the program's file in it, which nodes share and the kernel may take back. *Requests* are all that the agent asks between creation and deletion; more processes on a node do not add to them, but for up to ${limits.mostPods} events at the begin and as many at the end.

## Agents beside one API server
Whole agents, each with its own connections, certificate and one injector over TLS, on simulated nodes: Node, its Lease and a pod that says it runs are objects without machines. They run in a few processes with the rights of the chart's account.

${agentsTable(run.agents)}

Each agent keeps four streams: faults, its node's pods, namespaces, limits. Faults:

${faultsTable(run.agents)}

*In the status* is when the leader has written that the fault is in force in as many pods as the mode wants. *Meanwhile* is ten seconds in which every process reports new counts each second. An agent that is installed in the same cluster takes part in summing, and the API server's CPU has everything in it that the cluster does meanwhile. Where an API server is far beyond its limit, slots are not renewed in time and their targets are put at rest: then targets are armed more often than the mode wants, one after the other, and the table says so.

${problems(run.agents)}${growth(run.agents)}

${whatIsAsked(run.agents)}

## How it grows
- **An agent's part does not depend on the cluster's size.** A Fault comes by a stream that is open anyway; nobody is elected or asked before it is armed in mode \`all\`. What grows is the API server's part: in mode \`all\` each node *with a target* reads its report once, writes it before it arms, writes its state, and writes its end. Nodes without a target ask nothing.
- **Counts** are written every 2 s by each node with a target while they change. When a write takes longer than 100 ms its agent waits 20 times as long as the write took, up to 5 s, so that agents share what an API server at its limit can take instead of queueing there. States and the last counts are never held back.
- **Idle**, agents ask for the leader's Lease, and nothing else but streams that are opened anew every five minutes. A candidate looks every 5 s in a cluster of up to 100 nodes; with more, all together look some 20 to 35 times a second, and beyond 1,200 nodes each of them not twice a minute. A leader that is silent is still followed after 10 to 15 s, for there is always one who looks.
- **\`one\`, \`fixed\` and shares** need a slot each. Who gets none looks again every 5 s, and where hundreds of pods want one, up to 20 s after it has seen that all holders live: looks of a thousand that wait must not crowd out the renewals of those that hold. That is the greater part of *requests a second* there; a selector that fits fewer pods is the remedy. For a share one agent counts the pods, the others wait for its word. A node that got no slot writes no report.
- **The leader** reads every report once a change and sums all of a fault at most twice a second; that is all work that grows with nodes in one place. Nothing that matters for safety waits for it.

## What limits one agent
| what | limit | what happens beyond |
| --- | --- | --- |
| channels of one pod | ${limits.maxChannelsOfAPod}: each process has one for its main thread and one for each worker thread | 429, told in the agent's log; the injector tries again with back-off and stays inert |
| connections from one address | ${limits.maxFromAnAddress}; pods have addresses of their own, those with \`hostNetwork\` share their node's | closed before the handshake |
| connections of all pods | ${limits.maxConnections.toLocaleString('en')} | not accepted |
| TokenReviews | 4 at a time, 256 in the queue, 400 in a burst and 50 a second in the long run; an accepted token counts for a minute | 503 with Retry-After: where more processes come at once they come in over some seconds |
| events | ${limits.mostPods} pods a fault and node, ${limits.mostAMinute} a minute | left out; the report has them all |
| one object of the API server | 1.5 MiB: a report of about 1,000 processes with the counts of one effect | the report is refused, and nothing more is armed; use several agents (nodes) |

The kubelet's own default of 110 pods a node is far below these.

## On a large cluster
- Give the agents' service account a FlowSchema and a PriorityLevelConfiguration of its own where the API server is busy: by default all agents together share the level \`workload-low\` with every other workload.
- Prefer \`fixed\` over \`all\` for hundreds of nodes, and a selector that names the workload: nodes that have no matching pod cost nothing.
- Restart agents as the chart does, some at a time: each lists its node's pods, the namespaces and the faults once when it starts, from the API server's memory.
- Read evidence at the end, when it is complete, and use the applications' own \`pado_fault_applied_total\` for what happens meanwhile: neither loads the API server.
- One hour is the longest a fault lasts, and reports go with their Fault: delete Faults that you have read.

Measure yours: \`npm run bench:scale -- --steps 10,100\` beside any cluster with the CRDs; it makes a namespace, nodes without machines (a taint and \`type: virtual-kubelet\` keep others off) and pods without processes, and removes them, also when it is interrupted; \`--clean\` removes what a run that was killed has left.
`;
