// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import t from 'tap';
import { substitute } from '../../../runner/src/experiment/substitute.ts';

const values: Record<string, unknown> = { limit: 0.5, name: 'checkout', list: [1, 2], yes: true };
const put = (value: unknown) =>
  substitute(value, (name) =>
    name === 'unset' ? 'later' : Object.hasOwn(values, name) ? { value: values[name] } : undefined,
  );

t.test('a lone ${name} takes the type of the value', async (t) => {
  t.equal(put('${limit}').value, 0.5);
  t.equal(put('${yes}').value, true);
  t.same(put('${list}').value, [1, 2]);
});
t.test('within a text it is written out', async (t) => {
  t.equal(put('p99 of ${name} < ${limit}').value, 'p99 of checkout < 0.5');
  t.equal(put('in ${list}').value, 'in [1,2]');
});
t.test('it reaches into lists and objects, and leaves keys alone', async (t) =>
  t.same(put([{ '${name}': ['${name}'] }]).value, [{ '${name}': ['checkout'] }]),
);
t.test('$name counts where the name is known: $__range is left to the query', async (t) => {
  t.equal(put('$name').value, 'checkout');
  const { value, unknown } = put('rate(x[$__range]) $HOME');
  t.equal(value, 'rate(x[$__range]) $HOME');
  t.same(unknown, []);
});
t.test('two $ are one, and no name', async (t) => t.equal(put('$${name}').value, '${name}'));
t.test('a value is not looked into again', async (t) => {
  t.equal(substitute('a ${a}', (name) => (name === 'a' ? { value: '${b}' } : { value: 'no' })).value, 'a ${b}');
});
t.test('an unknown name stays, and is told with its place', async (t) => {
  const { value, unknown } = put({ deep: ['${limti}'] });
  t.same(value, { deep: ['${limti}'] });
  t.same(unknown, [{ name: 'limti', path: ['deep', 0] }]);
});
t.test('a value that is not there yet leaves its name, and the place is known', async (t) => {
  const { value, later, unknown } = put({ a: 'x ${unset}' });
  t.same(value, { a: 'x ${unset}' });
  t.same(later, [['a']]);
  t.same(unknown, []);
});
