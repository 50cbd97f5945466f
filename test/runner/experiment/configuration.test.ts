import t from 'tap';
import {
  checkVars,
  lookUpIn,
  lookUpShown,
  resolveValues,
  type ValueOptions,
} from '../../../runner/src/experiment/configuration.ts';

const resolve = async (
  configuration: unknown,
  options: ValueOptions & { readonly secrets?: unknown; readonly defaults?: unknown; readonly file?: string } = {},
) => {
  const problems: { path: readonly (string | number)[]; message: string }[] = [];
  const report = (problem: (typeof problems)[number]) => void problems.push(problem);
  const parts = [configuration, options.defaults].map((part) => ({ configuration: part, report }));
  const { file = 'experiment.yaml', secrets } = options;
  const values = await resolveValues({ file, parts, secrets, report }, { environment: {}, ...options });
  return { ...values, problems };
};

t.test('a literal of any type stands for itself', async (t) => {
  const literals = { text: 'a', number: 1, no: false, list: [1], map: { type: 'other', a: 1 }, nothing: null };
  t.same((await resolve(literals)).configuration, literals);
});

t.test('the environment comes before the default', async (t) => {
  const entry = { port: { type: 'env', key: 'PORT', default: 80 } };
  t.same((await resolve(entry)).configuration, { port: 80 });
  t.same((await resolve(entry, { environment: { PORT: '8080' } })).configuration, { port: '8080' });
});

t.test('env_var_type says how a text is read', async (t) => {
  const cases: readonly (readonly [type: string, text: string, value: unknown])[] = [
    ['str', '1', '1'],
    ['int', ' 12 ', 12],
    ['float', '0.5', 0.5],
    ['bool', 'No', false],
    ['bool', 'anything', true],
    ['json', '{"a": [1]}', { a: [1] }],
    ['bytes', 'a', 'a'],
  ];
  for (const [env_var_type, X, value] of cases) {
    const { configuration, problems } = await resolve(
      { x: { type: 'env', key: 'X', env_var_type } },
      { environment: { X } },
    );
    t.same([configuration.x, problems], [value, []], `${X} as ${env_var_type}`);
  }
});

t.test('a text that cannot be read so is told without the text: it may be a secret', async (t) => {
  for (const [env_var_type, X] of [
    ['int', 'ten'],
    ['float', 'NaN'],
    ['json', '{hidden'],
  ]) {
    const { problems, later } = await resolve({ x: { type: 'env', key: 'X', env_var_type } }, { environment: { X } });
    t.same(problems, [{ path: ['configuration', 'x'], message: `X cannot be read as ${env_var_type}` }]);
    t.ok(later.has('x'), 'its uses are not told as well');
  }
});

t.test('a variable without a value and without a default', async (t) => {
  const { problems } = await resolve({ x: { type: 'env', key: 'X' } });
  t.match(problems, [{ path: ['configuration', 'x'], message: /the environment has no X/ }]);
});

t.test(
  "variables of the command line come first, the file's own come before those of steady-state files",
  async (t) => {
    const own = { a: { type: 'env', key: 'A' }, b: 2 };
    const { configuration, problems } = await resolve(own, { vars: { a: 1, d: 4 }, defaults: { b: 0, c: 3 } });
    t.same(configuration, { a: 1, b: 2, c: 3, d: 4 });
    t.same(problems, []);
    const { configuration: sourced } = await resolve(
      { a: 1 },
      { vars: { a: { type: 'env', key: 'A' } }, environment: { A: 'x' } },
    );
    t.same(sourced, { a: 'x' }, 'a file of variables may name the environment');
  },
);

t.test('a variable that is almost a name of the file is a mistake', async (t) => {
  t.throws(() => checkVars({ limti: 1 }, ['limit']), { code: 'ERR_PADO_USAGE', message: /did you mean `limit`/ });
  t.doesNotThrow(() => checkVars({ other: 1, limit: 2 }, ['limit']));
});

t.test('a probe gives a value: the text of a program, the body of an answer, what a function returns', async (t) => {
  const provider = { type: 'process', path: 'hostname' };
  const configuration = { host: 'a', asked: { type: 'probe', provider: { ...provider, arguments: '$' + '{host}' } } };
  const answers: Record<string, unknown> = {
    process: { status: 0, stdout: ' a \n', stderr: '' },
    http: { status: 200, headers: {}, body: { a: 1 } },
    python: { status: 1 },
  };
  const given = async (type: string) => {
    const entry = { asked: { ...configuration.asked, provider: { ...configuration.asked.provider, type } } };
    const asked: unknown[] = [];
    const values = await resolve(
      { ...configuration, ...entry },
      {
        ask: async (question) => {
          asked.push(question);
          return answers[question.type];
        },
      },
    );
    t.match(asked, [{ arguments: 'a' }], 'names in it are replaced');
    return values.configuration.asked;
  };
  t.equal(await given('process'), 'a');
  t.same(await given('http'), { a: 1 });
  t.same(await given('python'), { status: 1 });

  const unasked = await resolve(configuration);
  t.ok(unasked.later.has('asked'), 'unknown until somebody asks');
  const failed = await resolve(configuration, { ask: async () => ({ status: 2, stdout: '', stderr: 'no' }) });
  t.match(failed.problems, [{ path: ['configuration', 'asked'], message: /ended with status 2/ }]);
});

t.test('secrets come from the file, the environment, files and variables', async (t) => {
  const directory = t.testdir({ token: 'from a file\n' });
  const secrets = {
    shop: {
      literal: 'a',
      env: { type: 'env', key: 'TOKEN' },
      file: { type: 'file', path: 'token' },
      deep: { inner: { type: 'env', key: 'TOKEN' } },
      given: 'old',
    },
  };
  const { secrets: resolved, problems } = await resolve(undefined, {
    secrets,
    environment: { TOKEN: 'b' },
    file: `${directory}/experiment.yaml`,
    secretVars: { shop: { given: 'new' } },
  });
  t.same(problems, []);
  t.same(resolved.shop, { literal: 'a', env: 'b', file: 'from a file', deep: { inner: 'b' }, given: 'new' });
});

t.test('a secret of Vault is told as not supported, with what would do', async (t) => {
  const { problems } = await resolve(undefined, { secrets: { a: { b: { type: 'vault', path: 'x' } } } });
  t.match(problems, [{ path: ['secrets', 'a', 'b'], message: /^not supported: .*type: env/ }]);
});

t.test('configuration comes before secrets, and what is shown has no secret', async (t) => {
  const values = { configuration: { a: 1 }, secrets: { g: { a: 2, b: 3 } }, later: new Set<string>() };
  t.same(['a', 'b', 'c', 'toString'].map(lookUpIn(values)), [{ value: 1 }, { value: 3 }, undefined, undefined]);
  t.same(['a', 'b', 'c'].map(lookUpShown(values, new Set())), [{ value: 1 }, 'later', undefined]);
});
