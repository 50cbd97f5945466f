import { request } from 'node:https';
import {
  type AgentMessage,
  type EffectEvidence,
  heartbeatMs,
  type InjectorMessage,
  nameLabel,
  protocolVersion,
} from '@pado/fault';
import { now } from './now.ts';

export interface WireInjectorOptions {
  readonly port: number;
  readonly token: string;
  readonly instance: string;
  readonly name: string;
  /** The address that it connects from: an agent takes no more than 256 connections from one. */
  readonly localAddress: string;
  readonly onConnected: () => void;
  readonly onLost: () => void;
  readonly onArm: (fault: string, at: number) => void;
  readonly onDisarm: (uid: string, at: number) => void;
  readonly signal: AbortSignal;
}

/** As after an outage: a real one waits about so long. */
const againMs = 1_000;

/** What the injector of a process says and hears, without the process: one connection over TLS, and no effects. */
export function startInjector(options: WireInjectorOptions): void {
  const { signal } = options;
  const armed = new Map<string, number>();

  const connect = () => {
    if (signal.aborted) return;
    let isOpen = false;
    const call = request({
      ...{ host: '127.0.0.1', port: options.port, path: '/v1/channel', method: 'POST' },
      // The real one verifies: that costs the client, which is not what is measured.
      ...{ rejectUnauthorized: false, agent: false, localAddress: options.localAddress, signal },
      headers: { authorization: `Bearer ${options.token}`, 'content-type': 'application/x-ndjson' },
    });
    const say = (...messages: readonly InjectorMessage[]) =>
      call.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
    const beat = () => {
      const evidence = [...armed].map(([uid, seconds]): InjectorMessage => {
        armed.set(uid, seconds + 1);
        return { type: 'evidence', uid, effects: [evidenceAfter(seconds + 1)] };
      });
      say({ type: 'heartbeat' }, ...evidence);
    };
    const hear = (message: AgentMessage) => {
      if (message.type === 'welcome') {
        isOpen = true;
        options.onConnected();
      } else if (message.type === 'arm') {
        if (armed.has(message.uid)) return;
        armed.set(message.uid, 0);
        options.onArm(message.uid, now());
        say({ type: 'state', uid: message.uid, state: 'armed' });
      } else if (message.type === 'disarm') {
        options.onDisarm(message.uid, now());
        const seconds = armed.get(message.uid) ?? 0;
        armed.delete(message.uid);
        say(
          { type: 'evidence', uid: message.uid, effects: [evidenceAfter(seconds)] },
          { type: 'state', uid: message.uid, state: 'ended' },
        );
      }
    };
    let beats: NodeJS.Timeout | undefined;
    // No two beat together.
    const start = setTimeout(() => {
      beats = setInterval(beat, heartbeatMs);
    }, Math.random() * heartbeatMs);
    call.on('error', () => {});
    call.on('close', () => {
      clearTimeout(start);
      clearInterval(beats);
      if (signal.aborted) return;
      if (isOpen) options.onLost();
      setTimeout(connect, againMs * (0.5 + Math.random())).unref();
    });
    call.on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('error', () => {});
      answer.on('data', (chunk: string) => {
        const lines = `${text}${chunk}`.split('\n');
        text = lines.pop() ?? '';
        if (answer.statusCode === 200) for (const line of lines.filter(Boolean)) hear(JSON.parse(line) as AgentMessage);
      });
    });
    say({
      ...{ type: 'hello', version: protocolVersion, instance: options.instance, pid: 1, node: process.version },
      ...{ labels: { [nameLabel]: options.name }, ports: [8_080] },
    });
  };
  connect();
}

/** What a process reports that serves ten requests a second, each delayed by 100 ms. */
function evidenceAfter(seconds: number): EffectEvidence {
  const samples = seconds * 10;
  const bounds = [0, 0.25, 0.5, 1, 1.5, 2, 5, 10, 25, 50, 100, 1_000];
  return {
    ...{ index: 0, kind: 'latency', matched: samples, applied: samples, cut: 0 },
    dose: {
      ...{ unit: 'ms', samples, requestedSum: samples * 100, deliveredSum: samples * 100.3 },
      ...{ deliveredMin: samples > 0 ? 100.1 : 0, deliveredMax: samples > 0 ? 101.2 : 0 },
      errorBuckets: bounds.map((bound, at) => [bound, Math.min(samples, at * samples)] as const),
    },
  };
}
