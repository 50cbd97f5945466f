import t from 'tap';
import type { Labels, Place } from '../../../../load/lib/disruptor/place.ts';
import { groupsOf, targetsOf } from '../../../../load/lib/disruptor/selection.ts';

const place = (...all: readonly Labels[]): Place =>
  ({
    name: 'here',
    noun: 'pod',
    targets: () => all.map((labels, index) => ({ name: `pod-${index}`, labels })),
  }) as unknown as Place;
const web = (tier: string) => ({ app: 'web', tier });

t.test('without anybody to leave out, one Fault by the labels that were given', async (t) => {
  const here = place(web('a'), web('b'), { app: 'db' });
  const groups = groupsOf(here, { select: { app: 'web' }, exclude: {} });
  t.match(groups, [{ matchLabels: { app: 'web' }, targets: [{ name: 'pod-0' }, { name: 'pod-1' }] }]);
  t.equal(groupsOf(here, { select: { app: 'web' }, exclude: { tier: 'z' } }).length, 1);
});

t.test('else one Fault for each set of labels that is left', async (t) => {
  const here = place(web('a'), web('b'), web('b'), web('c'));
  const groups = groupsOf(here, { select: { app: 'web' }, exclude: { tier: 'c' } });
  t.same(
    groups.map(({ matchLabels, targets }) => [matchLabels.tier, targets.length]),
    [
      ['a', 1],
      ['b', 2],
    ],
  );
});

t.test('refuses an exclusion that a Fault cannot say', async (t) => {
  const here = place({ app: 'web' }, { app: 'web', canary: 'yes' });
  const message = /pod-1 is to be left out, but has all labels of pod-0 \(app=web\).*give pod-0 a label of its own/;
  const wanted = { select: { app: 'web' }, exclude: { canary: 'yes' } };
  t.throws(() => groupsOf(here, wanted), { code: 'ERR_PADO_INVALID', message });
});

t.test('nobody is an error, with what was meant and what there is', async (t) => {
  const here = place(web('a'));
  const code = 'ERR_PADO_NO_TARGET';
  const message = /no pod has app=wbe: did you mean app=web\? \(here: there are pod-0\)/;
  t.throws(() => targetsOf(here, { select: { app: 'wbe' }, exclude: {} }), { code, message });
  const left = /exclude leaves none of the 1 that app=web selects/;
  t.throws(() => targetsOf(here, { select: { app: 'web' }, exclude: web('a') }), { code, message: left });
  t.throws(() => targetsOf(place(), { select: { app: 'web' }, exclude: {} }), {
    code,
    message: /there is none at all/,
  });
});
