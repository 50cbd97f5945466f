/** The error that a promise fails with; undefined when it does not, so that matching fails. */
export const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
