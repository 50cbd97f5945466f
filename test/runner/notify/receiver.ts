import { setImmediate as turn } from 'node:timers/promises';
import type { Test } from 'tap';
import type { Journal, RunEvent } from '../../../runner/src/contracts.ts';
import { peer } from '../../helpers/peer.ts';

export interface Received {
  readonly url: string | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was posted
  readonly body: any;
}

/** A server that keeps what it is sent and answers with the statuses in `answers`, then 200; `hang` never answers. */
export async function receiver(t: Test) {
  const received: Received[] = [];
  const answers: (number | 'hang')[] = [];
  const url = await peer(t, async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    received.push({ url: request.url, headers: request.headers, body: JSON.parse(text) });
    const answer = answers.shift() ?? 200;
    if (answer !== 'hang') response.writeHead(answer).end('{}');
  });
  const arrived = async (count: number) => {
    while (received.length < count) await turn();
  };
  return { url, received, answers, arrived };
}

export const started: RunEvent = {
  type: 'started',
  id: 'run-1',
  title: 'Slow payments',
  policies: 'naive',
  directory: '/runs/run-1',
};
export const phase = (name: 'steady-state' | 'experiment' | 'recovery'): RunEvent => ({
  type: 'phase',
  phase: name,
  durationMs: 5_000,
  text: `now ${name}`,
});
export const stopped: RunEvent = {
  type: 'stop',
  stop: { name: 'bad answers', reason: 'bad answers was 9, not < 5', atMs: 3_000 },
};
export const finished: RunEvent = {
  type: 'finished',
  journalFile: '/runs/run-1/journal.json',
  journal: {
    status: 'completed',
    pado: {
      id: 'run-1',
      verdict: 'deviated',
      reason: 'p99 was 2 s, not < 0.5 s',
      resilienceScore: 50,
      windows: { during: { startMs: 1_000, endMs: 9_000 } },
      probes: [{ name: 'p99', window: 'during', value: 2, unit: 's', expected: '< 0.5 s', met: false }],
    },
  } as unknown as Journal,
};

/** Notes that a notifier tells. */
export function notebook() {
  const notes: string[] = [];
  return {
    notes,
    tell: (event: RunEvent) => {
      if (event.type === 'note') notes.push(event.text);
    },
  };
}
