import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span } from './trace.ts';

/** What travels with a request from the inbound side to every outbound call. */
export interface RequestContext {
  readonly span: Span;
  /** W3C baggage, passed on as it came. */
  readonly baggage: string | undefined;
  /** When the caller stops waiting, on the clock of `performance.now()`; undefined: it never said. */
  readonly deadlineAt: number | undefined;
}

const storage = new AsyncLocalStorage<RequestContext>();

export const currentContext = (): RequestContext | undefined => storage.getStore();
export const runInContext = <T>(context: RequestContext, work: () => T): T =>
  context.span.run(() => storage.run(context, work));
