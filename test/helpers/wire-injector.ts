import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import type { AgentMessage, InjectorMessage } from '@pado/fault';
import { nameLabel } from '@pado/fault';

/** An injector's side of the wire, spoken by the test itself. */
export interface WireInjector {
  readonly status: number;
  readonly received: AgentMessage[];
  /** Resolves with the first message of this type that has come or comes. */
  next<T extends AgentMessage['type']>(type: T): Promise<Extract<AgentMessage, { type: T }>>;
  say(message: InjectorMessage): void;
  raw(text: string): void;
  readonly closed: Promise<void>;
  hangUp(): void;
}

export async function connectInjector(
  agent: { url: string; token: string },
  hello: {
    name: string;
    instance?: string;
    labels?: Record<string, string>;
    ports?: number[];
    pid?: number;
    pod?: string;
  } | null,
): Promise<WireInjector> {
  const up: ClientRequest = request(`${agent.url}/v1/channel`, {
    method: 'POST',
    headers: { authorization: `Bearer ${agent.token}`, 'content-type': 'application/x-ndjson' },
  });
  up.on('error', () => {});
  up.flushHeaders();
  const [down] = (await once(up, 'response')) as [IncomingMessage];
  down.on('error', () => {});
  const received: AgentMessage[] = [];
  const waiting: { type: string; resolve: (message: never) => void }[] = [];
  const lines = createInterface({ input: down });
  lines.on('error', () => {}); // a hung-up connection reports itself here too
  lines.on('line', (line) => {
    const message = JSON.parse(line) as AgentMessage;
    const index = waiting.findIndex(({ type }) => type === message.type);
    if (index === -1) received.push(message);
    else waiting.splice(index, 1)[0]?.resolve(message as never);
  });
  const closed = new Promise<void>((resolve) => down.once('close', resolve));
  const injector: WireInjector = {
    status: down.statusCode ?? 0,
    received,
    next(type) {
      const index = received.findIndex((message) => message.type === type);
      if (index !== -1) return Promise.resolve(received.splice(index, 1)[0] as never);
      return new Promise((resolve) => waiting.push({ type, resolve }));
    },
    say: (message) => void up.write(`${JSON.stringify(message)}\n`),
    raw: (text) => void up.write(text),
    closed,
    hangUp: () => void up.destroy(),
  };
  if (hello !== null) {
    injector.say({
      type: 'hello',
      version: 1,
      instance: hello.instance ?? `instance-${Math.random()}`,
      pid: hello.pid ?? 4242,
      node: 'v24.0.0',
      labels: { [nameLabel]: hello.name, ...hello.labels },
      ports: hello.ports ?? [],
      ...(hello.pod !== undefined && { pod: hello.pod }),
    });
    await injector.next('welcome');
  }
  return injector;
}
