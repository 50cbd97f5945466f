import { type FaultStatus, formatDuration } from '@pado/fault';
import type { ProbeResult, RunEvent } from '../contracts.ts';
import { effectInWords, targetInWords } from '../report/facts/effect.ts';
import { rate, share, sign, time } from '../report/facts/format.ts';
import { sameEdge, users } from '../report/facts/topology.ts';
import { evidenceInWords, lifeOf } from './fault.ts';
import { timeLeft } from './header.ts';
import { span } from './line.ts';
import { recoveryText, valueText } from './probes.ts';
import { keyOf, type LiveState } from './state.ts';
import { howItWent, stopText } from './stop.ts';

/** The lines that an event is worth in a log; `before` is the state that the event met. */
export function plainLines(before: LiveState, event: RunEvent, nowMs: number): readonly string[] {
  return textsOf(before, event).map((text) => stamp(event.type === 'started' ? nowMs : before.startedMs, text, nowMs));
}

/** How things are, in one line. */
export function statusLine(state: LiveState, nowMs: number): string {
  const { phase, graph, faults } = state;
  const left = phase === undefined ? undefined : timeLeft(phase, nowMs);
  const edge = (from: string, to: string) => graph?.edges.find((one) => sameEdge(one, { from, to }));
  const front = edge(users, 'gateway');
  const checkout = edge('gateway', 'orders');
  const parts = [
    `${phase?.name ?? 'starting'}${left === undefined ? '' : ` (${formatDuration(left)} left)`}`,
    `users ${rate(front?.rate)}, errors ${share(front?.errorRate)}, p99 ${time(front?.p99)}`,
    `orders p99 ${time(checkout?.p99)}`,
    `gateway ${graph?.inFlight.gateway ?? '–'}${graph?.cap === undefined ? '' : `/${graph.cap}`} in flight, ${graph?.queued ?? '–'} queued`,
    ...faults
      .filter((fault) => fault.phase === 'Injected')
      .map((fault) => `${fault.name} ${evidenceInWords(fault.evidence[0])}`),
  ];
  return stamp(state.startedMs, parts.join(' | '), nowMs);
}

const stamp = (startedMs: number, text: string, nowMs: number): string =>
  `[${Math.round((nowMs - startedMs) / 1_000)
    .toString()
    .padStart(3)}s] ${span(text).text}`;

function textsOf(before: LiveState, event: RunEvent): readonly string[] {
  switch (event.type) {
    case 'started':
      return [`run ${event.id}: ${event.title}, policies: ${event.policies}, in ${event.directory}`];
    case 'phase': {
      const planned = !event.durationMs ? '' : ` (${formatDuration(event.durationMs)})`;
      return [`${event.phase}: ${event.text}${planned}`];
    }
    case 'fault':
      return faultTexts(
        before.faults.find(({ uid }) => uid === event.status.uid),
        event.status,
      );
    case 'probe': {
      const { result } = event;
      const error = result.error === undefined ? '' : `: ${result.error}`;
      return [
        `${sign(result.met)} ${result.name} ${result.window}: ${valueText(result)}, wanted ${result.expected}${recoveryText(result)}${error}`,
      ];
    }
    case 'look':
      return lookTexts(before, event.result);
    case 'activity': {
      const { name, state, background, error } = event;
      const where = background === true ? ' (background)' : '';
      return [`${name}${where}: ${state}${error === undefined ? '' : `: ${error}`}`];
    }
    case 'stop':
      return [stopText(event.stop)];
    case 'note':
      return [event.level === 'info' ? event.text : `${event.level}: ${event.text}`];
    case 'finished': {
      const { verdict, reason } = event.journal.pado;
      const report = event.reportFile === undefined ? [] : [`report ${event.reportFile}`];
      const how = howItWent(event.journal.pado);
      return [`${verdict}: ${reason}`, ...how, `journal ${event.journalFile}`, ...report];
    }
    case 'graph':
      return [];
  }
}

/** A look is worth a line when the probe has changed sides; the first one only when it is a miss. */
function lookTexts({ known }: LiveState, result: ProbeResult): readonly string[] {
  const { name, window, expected, met } = result;
  if (met === null || met === (known.get(keyOf(result)) ?? true)) return [];
  return [`${sign(met)} ${name} ${window}, at the moment: ${valueText(result)}, wanted ${expected}`];
}

/** A fault is worth a line when it comes into force, when it first hits a request, and when it is reverted. */
function faultTexts(before: FaultStatus | undefined, now: FaultStatus): readonly string[] {
  const name = `fault ${now.name} → ${targetInWords(now)}`;
  const lines: string[] = [];
  if (now.phase !== before?.phase) {
    const effects = now.phase === 'Ended' ? now.evidence.map(evidenceInWords) : now.spec.effects.map(effectInWords);
    lines.push(`${name} ${lifeOf(now)}: ${effects.join('; ')}`);
  }
  if (now.phase === 'Injected' && !hits(before) && hits(now)) lines.push(`${name} is being applied`);
  return lines;
}

const hits = (status: FaultStatus | undefined): boolean => status?.evidence.some(({ applied }) => applied > 0) === true;
