// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import t from 'tap';
import { substitute } from '../../../runner/src/experiment/substitute.ts';

const configuration = {
  limit: 0.5,
  name: 'checkout',
  port: { type: 'env', key: 'PORT', default: 80 },
};
const put = (value: unknown, environment = {}) => {
  const result = substitute({ configuration, value }, environment);
  return { value: (result.value as { value: unknown }).value, problems: result.problems };
};

t.test('a lone ${name} takes the type of the value', async (t) => t.equal(put('${limit}').value, 0.5));
t.test('within a text it is written out', async (t) =>
  t.equal(put('p99 of ${name} < ${limit}').value, 'p99 of checkout < 0.5'),
);
t.test('it reaches into lists and objects', async (t) =>
  t.same(put([{ a: ['${name}'] }]).value, [{ a: ['checkout'] }]),
);
t.test('the environment comes before the default', async (t) => {
  t.equal(put('${port}').value, 80);
  t.equal(put('${port}', { PORT: '8080' }).value, '8080');
});
t.test('$__range is left to the query', async (t) => t.equal(put('rate(x[$__range])').value, 'rate(x[$__range])'));
t.test('keys and the configuration itself stay as they are', async (t) => {
  const { value } = substitute({ configuration: { a: '${b}' }, '${a}': 1 }, {});
  t.same(value, { configuration: { a: '${b}' }, '${a}': 1 });
});
t.test('an unknown name is told with its place and the nearest one', async (t) => {
  const { problems } = put({ deep: ['${limti}'] });
  t.match(problems, [{ path: ['value', 'deep', 0], message: /did you mean \$\{limit\}/ }]);
});
t.test('without any configuration the message says so', async (t) => {
  t.match(substitute({ a: '${x}' }, {}).problems, [{ path: ['a'], message: /has no values/ }]);
});
