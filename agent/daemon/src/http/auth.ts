import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { HttpProblem } from './problem.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const loopback = /^(127(\.\d{1,3}){3}|localhost|\[::1\])(:\d{1,5})?$/;

/** Refuses requests that a web page could make by rebinding a name of its own to this machine. */
export function checkHost(request: IncomingMessage): void {
  if (!loopback.test(request.headers.host ?? '')) {
    throw new HttpProblem(
      403,
      'ERR_PADO_UNAUTHORIZED',
      'the Host header must be a loopback address, such as 127.0.0.1',
    );
  }
}

/** Refuses requests without the agent's token; the comparison takes the same time whatever the token is. */
export function checkToken(request: IncomingMessage, token: string): void {
  const [, given] = /^Bearer ([\x21-\x7e]+)$/.exec(request.headers.authorization ?? '') ?? [];
  if (given === undefined || !timingSafeEqual(digest(given), digest(token))) {
    throw new HttpProblem(
      401,
      'ERR_PADO_UNAUTHORIZED',
      'the bearer token is missing or wrong: it is in the file that agent.json names',
    );
  }
}
