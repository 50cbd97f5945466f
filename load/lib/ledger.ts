import { SharedArray } from 'k6/data';
import { fileFrom } from './file.ts';

/** One checkout that was sent. */
export interface LedgerLine {
  /** Its Idempotency-Key. */
  readonly key: string;
  /** 0: no answer. */
  readonly status: number;
  readonly orderId: string | null;
  readonly cartId: string;
  /** Another line was promised the same order. */
  readonly isShared: boolean;
}

/** The ledger that LEDGER names, without what else was said to the console. */
export const ledger = new SharedArray('ledger', (): LedgerLine[] => {
  const file = fileFrom(__ENV.LEDGER);
  if (file === undefined) throw new Error('LEDGER is missing: the file that k6 --console-output wrote');
  const lines = open(file).split('\n').flatMap(parse);
  if (lines.length === 0)
    throw new Error(`LEDGER is "${__ENV.LEDGER}", which has no line like {"key":…,"status":…,"orderId":…,"cartId":…}`);
  const seen = new Map<string, number>();
  for (const { orderId } of lines) if (orderId !== null) seen.set(orderId, (seen.get(orderId) ?? 0) + 1);
  return lines.map((line) => ({ ...line, isShared: line.orderId !== null && (seen.get(line.orderId) ?? 0) > 1 }));
}) as readonly LedgerLine[];

function parse(text: string): Omit<LedgerLine, 'isShared'>[] {
  try {
    const { key, status, orderId, cartId } = JSON.parse(text) as Partial<LedgerLine>;
    if (typeof key !== 'string' || typeof status !== 'number' || typeof cartId !== 'string') return [];
    return [{ key, status, orderId: typeof orderId === 'string' ? orderId : null, cartId }];
  } catch {
    return []; // the last line of a load that was killed
  }
}
