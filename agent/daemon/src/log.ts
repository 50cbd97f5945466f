/** Writes one JSON line; `fields` never hold a token. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

export const jsonLog =
  (output: NodeJS.WritableStream): Log =>
  (level, msg, fields = {}) => {
    output.write(`${JSON.stringify({ level, time: new Date().toISOString(), service: 'agent', msg, ...fields })}\n`);
  };

export const silentLog: Log = () => {};
