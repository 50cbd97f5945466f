import t from 'tap';
import { PeerError } from '../../../../services/kit/src/http/peer-error.ts';
import { classifyError, isRepeatable } from '../../../../services/kit/src/resilience/classify.ts';

const cases = [
  ['a 404', new PeerError('x', 'status', { status: 404 }), 'success', false],
  ['a 503', new PeerError('x', 'status', { status: 503 }), 'failure', true],
  ['a timeout', new PeerError('x', 'timeout'), 'failure', true],
  ['a failed connection', new PeerError('x', 'connection'), 'failure', true],
  ['a peer without an instance', new PeerError('x', 'connection', { sent: false }), 'failure', true],
  ['a deadline that passed', new PeerError('x', 'deadline'), 'failure', false],
  ['a deadline too near to begin', new PeerError('x', 'deadline', { sent: false }), 'ignored', false],
  ['a full bulkhead', new PeerError('x', 'bulkhead'), 'ignored', false],
  ['an open breaker', new PeerError('x', 'breaker'), 'ignored', false],
  ['the throttle', new PeerError('x', 'throttle'), 'ignored', false],
  ['a cancelled call', new PeerError('x', 'cancelled'), 'ignored', false],
  ['an abort', new DOMException('stop', 'AbortError'), 'ignored', false],
  ['any other error', new Error('x'), 'failure', true],
] as const;

for (const [what, error, outcome, repeatable] of cases) {
  t.test(`${what}: ${outcome}, ${repeatable ? '' : 'not '}repeatable`, async (t) => {
    t.equal(classifyError(error), outcome);
    t.equal(isRepeatable(error), repeatable);
  });
}
