import t from 'tap';
import { valuesArgument } from '../../../runner/src/export/values.ts';

t.test('numbers and booleans keep their types, also from the environment', async (t) => {
  const line = valuesArgument({
    ...{ limit: 0.5, strict: true, word: 'tea', text: "it's" },
    ...{ list: [1], map: { a: 1 } },
    port: { type: 'env', key: 'PORT', env_var_type: 'int' },
    rate: { type: 'env', key: 'RATE', default: 15 },
    host: { type: 'env', key: 'HOST' },
  });
  t.equal(
    line,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Chaos Toolkit's substitution
    "{limit: ${limit}, strict: ${strict}, word: '${word}', port: ${port}, rate: ${rate}, host: '${host}'}",
    'a list, a map and a text with a quote stay in the file',
  );
});

t.test('nothing is an empty map', async (t) => {
  t.equal(valuesArgument(undefined), '{}');
});
