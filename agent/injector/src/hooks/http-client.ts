import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { startImmediate } from '../host/clock.ts';
import { safely } from '../host/guard.ts';
import { patch, type Undo } from '../host/patch.ts';
import { plainHost, type RequestFacts } from '../request/facts.ts';
import type { Outcome, Plan } from '../request/rule.ts';
import { type Part, Wait } from '../request/wait.ts';
import { changesBody } from './answer-body.ts';
import { exemptAgents } from './exempt.ts';
import { changeResponse } from './http-client-response.ts';
import { keepTimeouts } from './http-client-timeout.ts';
import type { Decide, Hook } from './index.ts';
import { http } from './loaded.ts';
import { isConnectError, type Peer, platformError } from './platform-error.ts';
import { rawAnswer, StandInSocket } from './stand-in-socket.ts';

/** The part of ClientRequest that agents use. */
interface Sendable {
  onSocket(socket: unknown, error?: Error): void;
}

interface Options {
  readonly host?: string | null;
  readonly port?: string | number | null;
}

const isEncrypted = (req: ClientRequest): boolean => req.protocol === 'https:';

function peerOf(req: ClientRequest, options: Options): Peer {
  const port = options.port ?? (isEncrypted(req) ? 443 : 80);
  return { host: plainHost(options.host ?? req.host ?? 'localhost'), port: Number(port) };
}

/** Without an agent, only the Host header still tells the port. */
function optionsOfHeader(req: ClientRequest): Options {
  const port = /:(\d+)$/.exec(String(req.getHeader('host') ?? ''))?.[1];
  return port === undefined ? {} : { port };
}

const facts = (req: ClientRequest, peer: Peer): RequestFacts => ({
  method: req.method,
  path: req.path,
  ...peer,
  header: (name) => {
    const value = req.getHeader(name);
    return value === undefined ? undefined : Array.isArray(value) ? value.join(', ') : String(value);
  },
});

/** Gives the request a stand-in for a connection; it answers, or fails as the platform does. */
function fail(req: ClientRequest, outcome: Outcome, peer: Peer): void {
  const effect = (socket: StandInSocket): void => {
    if (outcome.kind === 'error') socket.push(rawAnswer(outcome, req.method));
    else if (outcome.kind === 'abort') socket.destroy(platformError(outcome.code, peer));
  };
  const early = outcome.kind === 'abort' && isConnectError(outcome.code);
  const socket = new StandInSocket({ ...peer, encrypted: isEncrypted(req) }, early ? () => {} : effect);
  (req as unknown as Sendable).onSocket(socket);
  // The request takes its socket in the next tick; only then is it listening for the error.
  if (early) startImmediate(() => effect(socket));
}

/** Waits before the request takes a connection. A request that is destroyed meanwhile ends at once, as it would else. */
function waitBefore(req: ClientRequest, peer: Peer, parts: readonly Part[], go: () => void): void {
  const endClock = keepTimeouts(req, { ...peer, encrypted: isEncrypted(req) });
  const destroy = patch(req, 'destroy', (original, self, args) => {
    wait.cancel();
    endClock();
    destroy();
    const result = Reflect.apply(original, self, args);
    safely(() => (req as unknown as Sendable).onSocket(null));
    return result;
  });
  const wait = new Wait(parts, () => {
    endClock();
    destroy();
    go();
  });
}

/** Requests by node:http and node:https: at the agent, and for those without an agent at the socket. */
export function httpClientHook(decide: Decide): Hook {
  const decided = new WeakSet<ClientRequest>();
  let undos: Undo[] = [];

  const run = (req: ClientRequest, plan: Plan, peer: Peer, go: () => unknown): void => {
    const { before, after, outcome } = plan;
    const changesAnswer = after.length > 0 || changesBody(plan);
    const next = (): void => {
      if (outcome) safely(() => fail(req, outcome, peer));
      else {
        if (changesAnswer) safely(() => changeResponse(req, plan));
        go();
      }
    };
    if (before.length > 0) waitBefore(req, peer, before, next);
    else next();
  };

  const decideOnce = (req: ClientRequest, options: Options): { plan: Plan; peer: Peer } | undefined =>
    safely(() => {
      if (decided.has(req)) return undefined;
      decided.add(req);
      const peer = peerOf(req, options);
      const plan = decide(() => facts(req, peer));
      return plan && { plan, peer };
    });

  const send = (req: ClientRequest, options: Options, go: () => unknown, give: () => void): unknown => {
    const decision = decideOnce(req, options);
    if (!decision) return go();
    if (decision.plan.outcome) give();
    run(req, decision.plan, decision.peer, go);
    return undefined;
  };

  return {
    scan: () => {
      if (undos.length > 0) return;
      undos = [
        patch(http.Agent.prototype, 'addRequest', (original, self, args) => {
          const go = (): unknown => Reflect.apply(original, self, args);
          if (exemptAgents.has(self as object)) return go();
          const [req, options, port] = args as [ClientRequest, Options | string, number | undefined];
          // The legacy form is addRequest(req, host, port).
          return send(req, typeof options === 'string' ? { host: options, port: port ?? null } : options, go, () => {});
        }),
        patch(http.ClientRequest.prototype, 'onSocket', (original, self, args) => {
          const go = (): unknown => Reflect.apply(original, self, args);
          const req = self as ClientRequest;
          const socket = args[0] as Socket | null | undefined;
          const agent = Reflect.get(req, 'agent') as object | undefined;
          if (!socket || socket instanceof StandInSocket || (agent && exemptAgents.has(agent))) return go();
          return send(req, optionsOfHeader(req), go, () => socket.destroy());
        }),
      ];
    },
    remove: () => {
      for (const undo of undos) undo();
      undos = [];
    },
  };
}
