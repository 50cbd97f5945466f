import type { FaultSpec } from '@pado/fault';
import t from 'tap';
import { windowOf } from '../../../agent/injector/src/window.ts';

const spec = (more: Partial<FaultSpec>): FaultSpec => ({
  target: { selector: { matchLabels: {} } },
  ttl: '1m',
  effects: [],
  ...more,
});

t.test('without more, a fault acts all the time', async (t) => {
  t.same(windowOf(spec({}))(0), { active: true, changesInMs: Number.POSITIVE_INFINITY });
});

t.test('startAfter', async (t) => {
  const at = windowOf(spec({ startAfter: '2s' }));
  t.same(at(500), { active: false, changesInMs: 1_500 });
  t.match(at(2_000), { active: true });
});

t.test('a pulse begins active, after startAfter', async (t) => {
  const at = windowOf(spec({ startAfter: '2s', pulse: { active: '10s', dormant: '20s' } }));
  t.match(at(1_999), { active: false });
  t.same(at(2_000), { active: true, changesInMs: 10_000 });
  t.same(at(12_000), { active: false, changesInMs: 20_000 });
  t.same(at(31_000), { active: false, changesInMs: 1_000 });
  t.same(at(32_000), { active: true, changesInMs: 10_000 });
});
