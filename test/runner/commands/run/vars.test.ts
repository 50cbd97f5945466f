import t from 'tap';
import { readPair, readVariables } from '../../../../runner/src/commands/run/vars.ts';

const pairs: readonly [pair: string, key: string, value: unknown][] = [
  ['url=http://x/?a=b', 'url', 'http://x/?a=b'],
  ['empty=', 'empty', ''],
  ['n:int=-7', 'n', -7],
  ['n:float=0.5', 'n', 0.5],
  ['n:number=2', 'n', 2],
  ['on:bool=yes', 'on', true],
  ['on:bool=0', 'on', false],
  ['b:bytes=é', 'b', 'é'],
  ['list:json=[1,"a"]', 'list', [1, 'a']],
  ['nothing:json=null', 'nothing', null],
  ['a:b:str=x', 'a:b', 'x'],
];
for (const [pair, ...read] of pairs) {
  t.test(`--var ${pair}`, async (t) => t.strictSame(readPair(pair), read));
}

const mistakes: readonly [pair: string, message: RegExp][] = [
  ['n', /--var n: not KEY=VALUE or KEY:TYPE=VALUE/],
  ['=x', /not KEY=VALUE/],
  [':int=1', /"int" is no type|not KEY=VALUE/],
  ['n:imt=1', /"imt" is no type \(did you mean "int"\?\); types: str, int, float, bool, bytes, json/],
  ['n:toString=1', /"toString" is no type/],
  ['n:int=1.5', /"1\.5" cannot be read as int/],
  ['n:float=', /"" cannot be read as float/],
  ['n:float=Infinity', /cannot be read as float/],
  ['on:bool=maybe', /"maybe" cannot be read as bool/],
  ['j:json={', /"\{" cannot be read as json/],
];
for (const [pair, message] of mistakes) {
  t.test(`refuses --var ${pair}`, async (t) => t.throws(() => readPair(pair), { code: 'ERR_PADO_USAGE', message }));
}

t.test('files: a later one wins, --var wins over all; .env files are an environment', async (t) => {
  const folder = t.testdir({
    'a.yaml': 'configuration: {limit: 1, url: a}\nsecrets: {shop: {token: t}}\n',
    'b.json': '{"limit": 2}',
    'c.env': '# a comment\nexport TOKEN="x y"\nLINES="1\n2"\n\nEMPTY=\n',
    'empty.yaml': '',
  });
  const files = ['a.yaml', 'b.json', 'c.env', 'empty.yaml'];
  t.same(await readVariables(['url=c'], files, folder), {
    vars: { limit: 2, url: 'c' },
    secretVars: { shop: { token: 't' } },
    environment: { TOKEN: 'x y', LINES: '1\n2', EMPTY: '' },
  });
});

const files: readonly [text: string, name: string, message: RegExp][] = [
  ['a: [', 'x.yaml', /^x\.yaml:1:\d+: /],
  ['- a', 'x.yaml', /^x\.yaml:1:1: not values by name/],
  ['configuration: {}\nsecret: {}', 'x.yaml', /^x\.yaml:2:1: `secret` is unknown \(did you mean "secrets"\?\)/],
  ['configuration: 1', 'x.json', /^x\.json:1:1: `configuration` is not a map/],
  ['A=1\nb', '.env', /^\.env:2:1: not NAME=VALUE/],
];
for (const [text, name, message] of files) {
  t.test(`refuses --var-file with ${JSON.stringify(text)}`, async (t) => {
    const folder = t.testdir({ [name]: text });
    await t.rejects(readVariables([], [name], folder), { code: 'ERR_PADO_INVALID', message });
  });
}

t.test('a file that is not there', (t) =>
  t.rejects(readVariables([], ['none.yaml'], t.testdir({})), {
    code: 'ERR_PADO_NOT_FOUND',
    message: '--var-file none.yaml: there is no such file',
  }),
);
