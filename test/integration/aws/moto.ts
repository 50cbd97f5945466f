import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTagsCommand, DescribeInstancesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import type { Test } from 'tap';
import { freePort } from '../../helpers/free-port.ts';

/** Why these tests cannot run here; false when they can. */
export const without = (process.env.PATH ?? '')
  .split(delimiter)
  .some((folder) => isProgram(join(folder, 'moto_server')))
  ? false
  : 'moto_server is not on PATH: pip install "moto[server]"';

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const region = 'us-east-1';

/** A call as it goes by. */
export interface Call {
  /** The operation of a query protocol such as EC2's; else the HTTP method and path. */
  readonly name: string;
  readonly body: string;
}

/** What becomes of a call instead of being passed on: an answer, a cut connection, or one that is cut once it was obeyed. */
export type Meddling =
  | { readonly status: number; readonly body: string; readonly type?: string }
  | 'cut'
  | 'obey and cut';

export interface Moto {
  /** Of the proxy in front of moto. */
  readonly url: string;
  /** What the SDK and `pado` need to find it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly calls: Call[];
  /** Decides about each call from now on; undefined lets it pass. */
  meddle: (call: Call) => Meddling | undefined;
  /** Past the proxy. */
  readonly ec2: EC2Client;
  readonly direct: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { accessKeyId: string; secretAccessKey: string };
  };
  readonly run: (tags: Readonly<Record<string, string>>, zone?: string, count?: number) => Promise<string[]>;
  readonly stateOf: (...ids: string[]) => Promise<string[]>;
}

/** A moto server with a proxy in front of it, for moto by itself never fails. Both end with the test. */
export async function startMoto(t: Test): Promise<Moto> {
  const port = await freePort();
  const server = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const ended = once(server, 'exit');
  t.teardown(async () => {
    server.kill('SIGKILL');
    await ended;
  });
  const upstream = `http://127.0.0.1:${port}`;
  for (let attempt = 0; ; attempt++) {
    if (
      await fetch(`${upstream}/moto-api/`)
        .then(({ ok }) => ok)
        .catch(() => false)
    )
      break;
    if (attempt > 300) throw new Error('moto_server did not come up in 60 s');
    await sleep(200);
  }

  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const direct = { endpoint: upstream, region, credentials };
  const ec2 = new EC2Client(direct);
  t.teardown(() => ec2.destroy());
  const state: Pick<Moto, 'calls' | 'meddle'> = { calls: [], meddle: () => undefined };
  const proxy = createServer((incoming, outgoing) => {
    void forward(incoming, outgoing, upstream, state);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.teardown(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;

  return Object.assign(state, {
    url,
    direct,
    ec2,
    environment: {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    run: async (tags: Readonly<Record<string, string>>, zone = 'us-east-1a', count = 1) => {
      const { Instances = [] } = await ec2.send(
        new RunInstancesCommand({
          ...{ ImageId: 'ami-12c6146b', MinCount: count, MaxCount: count },
          Placement: { AvailabilityZone: zone },
        }),
      );
      const ids = Instances.map(({ InstanceId = '' }) => InstanceId);
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      if (Tags.length > 0) await ec2.send(new CreateTagsCommand({ Resources: ids, Tags }));
      // Moto brings an instance from pending to running when it is looked at.
      await ec2.send(new DescribeInstancesCommand({ InstanceIds: ids }));
      return ids;
    },
    stateOf: async (...ids: string[]) => {
      const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: ids }));
      const all = Reservations.flatMap(({ Instances = [] }) => Instances);
      return ids.map((id) => all.find(({ InstanceId }) => InstanceId === id)?.State?.Name ?? 'unknown');
    },
  });
}

async function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  upstream: string,
  state: Pick<Moto, 'calls' | 'meddle'>,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const text = body.toString('latin1');
  const operation = /(?:^|&)Action=(\w+)/.exec(text)?.[1] ?? /\/operation\/(\w+)$/.exec(incoming.url ?? '')?.[1];
  const call = { name: operation ?? `${incoming.method} ${incoming.url}`, body: text };
  state.calls.push(call);
  const meddling = state.meddle(call);
  if (meddling === 'cut') return void incoming.socket.destroy();
  if (typeof meddling === 'object') {
    outgoing.writeHead(meddling.status, { 'content-type': meddling.type ?? 'text/xml' }).end(meddling.body);
    return;
  }
  const passed = request(`${upstream}${incoming.url}`, { method: incoming.method ?? 'GET', headers: incoming.headers });
  passed.end(body);
  try {
    const [answer] = (await once(passed, 'response')) as [IncomingMessage];
    if (meddling === 'obey and cut') {
      answer.resume();
      await once(answer, 'end');
      return void incoming.socket.destroy();
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  } catch {
    incoming.socket.destroy();
  }
}

/** An error as EC2 answers it. */
export const ec2Error = (status: number, code: string, message = 'as the test wants'): Meddling => ({
  status,
  body: `<?xml version="1.0"?><Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>r</RequestID></Response>`,
});
