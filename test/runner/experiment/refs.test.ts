import t from 'tap';
import { resolveRefs } from '../../../runner/src/experiment/refs.ts';

const judged = { type: 'probe', name: 'front', weight: 2, expect: 'failure', atLeast: 50, provider: { type: 'http' } };

t.test('an activity stands where it is named, without what only a hypothesis says of it', async (t) => {
  const { value, problems } = resolveRefs({
    'steady-state-hypothesis': { probes: [judged, { ref: 'seen', tolerance: 200 }] },
    method: [{ ref: 'front' }, { type: 'probe', name: 'seen', provider: { type: 'http' } }],
    rollbacks: [{ ref: 'seen' }],
  });
  t.same(problems, []);
  t.same(value, {
    'steady-state-hypothesis': {
      probes: [judged, { type: 'probe', name: 'seen', provider: { type: 'http' }, tolerance: 200 }],
    },
    method: [
      { type: 'probe', name: 'front', provider: { type: 'http' } },
      { type: 'probe', name: 'seen', provider: { type: 'http' } },
    ],
    rollbacks: [{ type: 'probe', name: 'seen', provider: { type: 'http' } }],
  });
});

t.test('a name that nobody has is told with the nearest', async (t) => {
  const { problems } = resolveRefs({ method: [{ ref: 'fron' }, { type: 'probe', name: 'front' }] });
  t.match(problems, [{ path: ['method', 0, 'ref'], message: /did you mean `front`/ }]);
});
