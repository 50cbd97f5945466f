import { sleep } from 'k6';
import http from 'k6/http';
import { bodyOf } from '../outcome.ts';
import { baseUrl } from '../settings.ts';
import type { Finding } from './findings.ts';
import type { LedgerLine } from './ledger.ts';

/** No cart has it. */
const noCart = '00000000-0000-4000-8000-000000000000';
const askEverySeconds = 1;
const timeout = '5s';

interface Answer {
  readonly finding: Finding;
  readonly why?: string;
}

/** What became of one checkout. Waits for at most `settleMs` for one that is not finished. */
export function findingOf(line: LedgerLine, settleMs: number): Answer {
  const isPromised = line.status === 201 || line.status === 202;
  if (!isPromised || line.orderId === null) return unpromised(line);
  if (line.isShared) return { finding: 'lost', why: `another key was promised ${line.orderId} too` };
  const deadline = Date.now() + settleMs;
  for (;;) {
    const { status, state } = orderOf(line.orderId);
    if (status === 404) return { finding: 'lost', why: `there is no order ${line.orderId}` };
    if (status === 200 && state === 'confirmed') return keptOrDoubled(line, line.orderId);
    if (status === 200 && state === 'rejected')
      return { finding: 'lost', why: `the order ${line.orderId} was promised, then rejected` };
    if (Date.now() >= deadline) {
      const how = status === 200 ? `is ${state}` : `cannot be asked for (status ${status})`;
      return { finding: 'unfinished', why: `the order ${line.orderId} ${how}` };
    }
    sleep(askEverySeconds);
  }
}

/** A repeated checkout is answered with the order that its key made. */
function keptOrDoubled({ key, cartId }: LedgerLine, promised: string): Answer {
  const { status, orderId } = repeat(key, cartId);
  if (orderId === promised) return { finding: 'kept' };
  if (orderId !== undefined)
    return { finding: 'doubled', why: `${promised} was promised, its key leads to ${orderId}` };
  return { finding: 'unfinished', why: `its key could not be asked for (status ${status})` };
}

/** With a cart that is not there, a key makes no order: 422 tells one that is used, 404 (or 400) one that is not. */
function unpromised({ key, cartId }: LedgerLine): Answer {
  const probe = repeat(key, noCart);
  if (probe.status === 404 || probe.status === 400) return { finding: 'refused' };
  if (probe.status !== 422) return { finding: 'unfinished', why: `its key could not be asked for (${probe.status})` };
  const { status, orderId } = repeat(key, cartId);
  if (orderId !== undefined) return { finding: 'made' };
  return status === 409 || status === 402
    ? { finding: 'refused' }
    : { finding: 'unfinished', why: `its order could not be asked for (status ${status})` };
}

function orderOf(id: string): { status: number; state?: string | undefined } {
  const tags = { name: 'order', route: '/api/v1/orders/:id' };
  const response = http.get(`${baseUrl}/orders/${id}`, { responseType: 'text', timeout, tags });
  return { status: response.status, state: bodyOf<{ status: string }>(response)?.status };
}

function repeat(key: string, cartId: string): { status: number; orderId: string | undefined } {
  const response = http.post(`${baseUrl}/checkout`, JSON.stringify({ cartId, paymentMethod: 'card' }), {
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    responseType: 'text',
    timeout,
    tags: { name: 'repeat', route: '/api/v1/checkout' },
  });
  const isOrder = response.status === 201 || response.status === 202;
  return { status: response.status, orderId: isOrder ? bodyOf<{ orderId: string }>(response)?.orderId : undefined };
}
