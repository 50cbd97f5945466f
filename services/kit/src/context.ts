import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span } from './trace.ts';

/** The priority of requests about which nobody said anything. */
export const defaultPriority = 5;

/** What travels with a request from the inbound side to every outbound call. */
export interface RequestContext {
  readonly span: Span;
  /** W3C baggage, passed on as it came. */
  readonly baggage: string | undefined;
  /** When the caller stops waiting, on the clock of `performance.now()`; undefined: it never said. */
  readonly deadlineAt: number | undefined;
  /** From 0, the highest, to 9, the lowest; by default 5. */
  readonly priority?: number;
  /**
   * Aborts when nobody waits for the answer any more and the server's policy says `dropAbandoned`; never otherwise.
   * Its reason is the problem that would be answered.
   */
  readonly gone?: AbortSignal;
}

const storage = new AsyncLocalStorage<RequestContext>();

export const currentContext = (): RequestContext | undefined => storage.getStore();
/** The priority of the request that is being served; the default outside of one. */
export const currentPriority = (): number => storage.getStore()?.priority ?? defaultPriority;
export const runInContext = <T>(context: RequestContext, work: () => T): T =>
  context.span.run(() => storage.run(context, work));
