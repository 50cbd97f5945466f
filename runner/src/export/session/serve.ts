import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { describeError, exitCodeOf } from '../../cli/errors.ts';
import type { StepAnswer } from './answers.ts';
import type { Keeper } from './keeper.ts';

export interface Served {
  readonly url: string;
  readonly token: string;
  readonly close: () => void;
}

/** Answers the steps' questions on loopback, as long as each may take. */
export async function serve(keeper: Keeper): Promise<Served> {
  const token = randomBytes(24).toString('base64url');
  const server = createServer({ requestTimeout: 0 }, async (request, response) => {
    const answer = isAllowed(request, token)
      ? await answerOf(keeper, request)
      : { exitCode: 2, json: { error: 'not allowed' } };
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, token, close: () => void server.close() };
}

async function answerOf(keeper: Keeper, request: IncomingMessage): Promise<StepAnswer> {
  try {
    const { verb, name = '' } = (await json(request)) as { readonly verb: string; readonly name?: string };
    if (verb === 'begin' || verb === 'end') return await keeper[verb]();
    return await keeper[verb === 'act' ? 'act' : 'probe'](name);
  } catch (error) {
    return { exitCode: exitCodeOf(error), json: describeError(error, false).json };
  }
}

function isAllowed({ headers }: IncomingMessage, token: string): boolean {
  const given = Buffer.from(headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
