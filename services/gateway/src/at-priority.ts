import { currentContext, runInContext } from '@pado/kit';

/** Runs `work` so that its outbound calls carry this priority instead of the request's own. */
export function atPriority<T>(priority: number, work: () => T): T {
  const context = currentContext();
  return context === undefined ? work() : runInContext({ ...context, priority }, work);
}
