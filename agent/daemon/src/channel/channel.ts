import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type AgentMessage,
  type EffectEvidence,
  heartbeatMs,
  type InjectorMessage,
  protocolVersion,
  suspendAfterMs,
} from '@pado/fault';
import type { Faults } from '../fault-book.ts';
import type { Log } from '../log.ts';
import type { AgentMetrics, Totals } from '../metrics.ts';
import type { ConnectedTarget } from '../target.ts';
import type { Targets } from '../targets.ts';
import { lineReader } from './lines.ts';
import { parseMessage } from './messages.ts';

/** Messages a second that make no sense, after which the channel is closed: reading them would keep others waiting. */
const mostNonsense = 100;

export interface ChannelParts {
  readonly book: Faults;
  readonly targets: Targets;
  readonly metrics: AgentMetrics;
  readonly log: Log;
  /** Called before each heartbeat: whoever may be armed no longer is told first. */
  readonly beforeHeartbeat?: () => void;
  /** Says who speaks, whatever the hello claims; by default the hello is believed. Undefined turns it away. */
  readonly identify?: (hello: Hello) => Parameters<Targets['add']>[0] | undefined;
}

type Hello = Extract<InjectorMessage, { type: 'hello' }>;

export interface Channel {
  readonly close: () => void;
  /** The agent is leaving: the injector connects again at once, and its effects go on. */
  readonly goaway: () => void;
}

/** One injector's connection: reads what it says, sends it faults, and drops it when it falls silent. */
export function openChannel(request: IncomingMessage, response: ServerResponse, parts: ChannelParts): Channel {
  const { book, targets, metrics, log, identify = (hello: Hello) => hello } = parts;
  let target: ConnectedTarget | undefined;
  let closed = false;
  let nonsense = 0;
  let silence: NodeJS.Timeout;

  const send = (message: AgentMessage) => {
    if (!closed) response.write(`${JSON.stringify(message)}\n`);
  };
  const close = () => {
    if (closed) return;
    closed = true;
    clearInterval(heartbeat);
    clearTimeout(silence);
    if (target && targets.remove(target)) {
      log('info', 'target lost', { target: target.id });
      for (const fault of book.all) fault.onLost(target);
      for (const fault of book.active) fault.readdress();
    }
    response.end();
    request.destroy();
  };
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(close, suspendAfterMs);
  };
  const onLine = (line: string) => {
    // What is left of the last chunk.
    if (closed) return;
    heard();
    const message = parseMessage(line);
    // Whoever speaks before hello, or says hello twice, is no injector of ours.
    if (message === undefined || (message.type === 'hello') === (target !== undefined)) drop();
    else if (message.type === 'hello') {
      const identified = identify(message);
      if (identified) target = welcome(message, identified);
      else close();
    } else if (target !== undefined && !hear(target, message)) metrics.onDropped();
  };
  const drop = () => {
    metrics.onDropped();
    nonsense += 1;
    if (nonsense > mostNonsense) close();
  };
  const welcome = (hello: Hello, identified: Parameters<Targets['add']>[0]): ConnectedTarget => {
    const newcomer = targets.add(identified);
    newcomer.attach(send, () => closed || heard());
    send({ type: 'welcome', version: protocolVersion, target: newcomer.id });
    log('info', 'target connected', { target: newcomer.id, node: hello.node, ports: hello.ports });
    for (const fault of book.active) {
      fault.deliver();
      fault.readdress();
    }
    return newcomer;
  };
  /** Whether the message made sense here. */
  const hear = (from: ConnectedTarget, message: Exclude<InjectorMessage, { type: 'hello' }>): boolean => {
    switch (message.type) {
      case 'heartbeat':
        metrics.onMishaps(from.mishaps, message);
        from.mishaps = message;
        return true;
      case 'ports':
        from.ports = message.ports;
        for (const fault of book.active) fault.readdress();
        return true;
      case 'state': {
        const fault = book.byUid(message.uid);
        fault?.onState(from, message.state, message.reason);
        return fault !== undefined;
      }
      case 'evidence':
        return hearEvidence(from, message.uid, message.effects);
    }
  };
  const hearEvidence = (from: ConnectedTarget, uid: string, effects: readonly EffectEvidence[]): boolean => {
    const fault = book.byUid(uid);
    if (fault === undefined) return false;
    const before = fault.evidenceOf(from);
    const inOrder = fault.onEvidence(from, effects);
    for (const after of fault.evidenceOf(from)) {
      const earlier = before.find((effect) => effect.index === after.index);
      metrics.onEvidence(fault.name, from, earlier ? totals(earlier) : nothing, totals(after), after.kind);
    }
    return inOrder;
  };

  const heartbeat = setInterval(() => {
    nonsense = 0;
    parts.beforeHeartbeat?.();
    send({ type: 'heartbeat' });
  }, heartbeatMs);
  const read = lineReader(onLine, () => {
    metrics.onDropped();
    close();
  });
  heard();
  request.on('data', (chunk: Buffer) => !closed && read(chunk));
  for (const event of ['end', 'close', 'error'] as const) request.on(event, close);
  response.on('error', close);
  response.socket?.setNoDelay(true);
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.flushHeaders();
  return { close, goaway: () => send({ type: 'goaway' }) };
}

const nothing: Totals = { matched: 0, applied: 0 };

const totals = ({ matched, applied, dose }: EffectEvidence): Totals => ({
  matched,
  applied,
  delay:
    dose?.unit === 'ms'
      ? { samples: dose.samples, requested: dose.requestedSum / 1_000, delivered: dose.deliveredSum / 1_000 }
      : undefined,
});
