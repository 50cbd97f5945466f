import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  type Address,
  type AgentMessage,
  durationMs,
  type Effect,
  type EffectEvidence,
  type FaultSpec,
  heartbeatMs,
  type InjectorMessage,
  protocolVersion,
} from '@pado/fault';

type State = Extract<InjectorMessage, { type: 'state' }>;
type Hello = Extract<InjectorMessage, { type: 'hello' }>;

export interface ArmOptions extends Partial<Omit<FaultSpec, 'effects'>> {
  readonly uid?: string;
  readonly elapsedMs?: number;
  readonly remainingMs?: number;
  readonly services?: Readonly<Record<string, readonly Address[]>>;
}

type Fits = (message: InjectorMessage) => boolean;

/** One injector that is connected, as the agent sees it. */
export class WireTarget extends EventEmitter {
  readonly messages: InjectorMessage[] = [];
  readonly #response: http.ServerResponse;

  constructor(response: http.ServerResponse) {
    super();
    this.#response = response;
  }

  get hello(): Hello {
    return this.messages.find((message) => message.type === 'hello')!;
  }

  receive(message: InjectorMessage): void {
    this.messages.push(message);
    this.emit('message', message);
  }

  send(message: AgentMessage): void {
    this.sendRaw(`${JSON.stringify(message)}\n`);
  }

  sendRaw(text: string): void {
    this.#response.write(text);
  }

  drop(): void {
    this.#response.destroy();
  }

  /** The first message, past or to come, that fits. */
  async until(fits: Fits): Promise<InjectorMessage> {
    return this.messages.find(fits) ?? this.next(fits);
  }

  /** The first message from now on that fits. */
  next(fits: Fits): Promise<InjectorMessage> {
    return new Promise((resolve) => {
      const listener = (message: InjectorMessage): void => {
        if (!fits(message)) return;
        this.off('message', listener);
        resolve(message);
      };
      this.on('message', listener);
    });
  }

  /** The next message of a state, from now on. */
  async nextState(uid: string, state: State['state']): Promise<void> {
    await this.next((message) => message.type === 'state' && message.uid === uid && message.state === state);
  }

  /** Arms a fault and waits until the injector says so (or that it failed). */
  async arm(effects: Effect | readonly Effect[], options: ArmOptions = {}): Promise<string> {
    const { uid = randomUUID(), elapsedMs = 0, remainingMs, services = {}, ...rest } = options;
    const spec: FaultSpec = {
      target: { selector: { matchLabels: {} } },
      ttl: '30s',
      ...rest,
      effects: [effects].flat() as Effect[],
    };
    const before = this.messages.length;
    this.send({
      type: 'arm',
      uid,
      name: 'test',
      spec,
      elapsedMs,
      remainingMs: remainingMs ?? durationMs(spec.ttl) - elapsedMs,
      services,
    });
    const isAnswer: Fits = (message) => message.type === 'state' && message.uid === uid;
    if (!this.messages.slice(before).some(isAnswer)) await this.next(isAnswer);
    return uid;
  }

  /** Ends a fault and returns what it did. */
  async disarm(uid: string): Promise<readonly EffectEvidence[]> {
    const ended = this.nextState(uid, 'ended');
    this.send({ type: 'disarm', uid, reason: 'stopped' });
    await ended;
    return this.evidence(uid);
  }

  /** Resolves once the first effect's evidence holds so many samples. */
  sampled(uid: string, samples: number): Promise<InjectorMessage> {
    return this.until(
      (message) =>
        message.type === 'evidence' && message.uid === uid && (message.effects[0]?.dose?.samples ?? 0) >= samples,
    );
  }

  /** The last evidence of a fault. */
  evidence(uid: string): readonly EffectEvidence[] {
    const last = this.messages.findLast((message) => message.type === 'evidence' && message.uid === uid);
    return last?.type === 'evidence' ? last.effects : [];
  }

  lastState(uid: string): State | undefined {
    const last = this.messages.findLast((message) => message.type === 'state' && message.uid === uid);
    return last?.type === 'state' ? last : undefined;
  }
}

export interface WireAgentOptions {
  /** PEM; with it the agent speaks TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** The host of its URL; it listens on 127.0.0.1 all the same. */
  readonly host?: string;
}

/** A small agent that speaks the protocol and decides nothing. */
export class WireAgent extends EventEmitter {
  readonly targets: WireTarget[] = [];
  token: string = randomUUID();
  tokenFile = '';
  /** Requests that came with a wrong token. */
  refused = 0;
  /** Whether it sends heartbeats. */
  beats = true;
  /** What a lease is answered with (200: it goes on, 410: it has ended), and how often one was asked for. */
  leaseStatus = 404;
  asked = 0;
  /** TCP connections so far, whatever came of them. */
  connections = 0;
  #tls: WireAgentOptions['tls'];
  readonly #host: string;
  #server: http.Server | https.Server = http.createServer();
  #directory = '';
  #port = 0;
  readonly #timer = setInterval(() => {
    if (this.beats) for (const target of this.targets) target.send({ type: 'heartbeat' });
  }, heartbeatMs).unref();

  constructor({ tls, host = '127.0.0.1' }: WireAgentOptions = {}) {
    super();
    this.#tls = tls;
    this.#host = host;
  }

  get url(): string {
    return `${this.#tls ? 'https' : 'http'}://${this.#host}:${this.#port}`;
  }

  /** From now on it shows this certificate. */
  rotate(tls: NonNullable<WireAgentOptions['tls']>): void {
    this.#tls = tls;
    (this.#server as https.Server).setSecureContext(tls);
  }

  async start(): Promise<this> {
    this.#directory = await mkdtemp(join(tmpdir(), 'pado-agent-'));
    this.tokenFile = join(this.#directory, 'token');
    await writeFile(this.tokenFile, this.token, { mode: 0o600 });
    await this.listen();
    return this;
  }

  /** Listens, again on the same port if it did before. */
  async listen(): Promise<void> {
    const serve: http.RequestListener = (req, res) => this.#serve(req, res);
    this.#server = this.#tls ? https.createServer(this.#tls, serve) : http.createServer(serve);
    this.#server.on('connection', () => {
      this.connections += 1;
      this.emit('connection');
    });
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Ends as a killed agent does: every connection breaks. */
  kill(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    this.targets.length = 0;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.kill();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async nextTarget(): Promise<WireTarget> {
    const [target] = (await once(this, 'target')) as [WireTarget];
    return target;
  }

  #serve(req: http.IncomingMessage, res: http.ServerResponse): void {
    const isKnown = req.headers.authorization === `Bearer ${this.token}`;
    if (isKnown && req.url?.startsWith('/v1/channel/')) {
      this.asked += 1;
      res.writeHead(this.leaseStatus).end();
      return;
    }
    if (!isKnown || req.url !== '/v1/channel') {
      this.refused += 1;
      this.emit('refused');
      res.writeHead(401).end();
      return;
    }
    const target = new WireTarget(res);
    res.writeHead(200, { 'content-type': 'application/x-ndjson' });
    res.on('close', () => {
      const at = this.targets.indexOf(target);
      if (at >= 0) this.targets.splice(at, 1);
      this.emit('lost', target);
    });
    const lines = createInterface({ input: req });
    // A process that ends breaks its request.
    lines.on('error', () => {});
    lines.on('line', (line) => {
      const message = JSON.parse(line) as InjectorMessage;
      target.receive(message);
      if (message.type !== 'hello') return;
      target.send({ type: 'welcome', version: protocolVersion, target: message.instance });
      this.targets.push(target);
      this.emit('target', target);
    });
  }
}
