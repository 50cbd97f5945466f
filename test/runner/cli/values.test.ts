import t from 'tap';
import { number, url } from '../../../runner/src/cli/values.ts';

const values = (text: string | undefined) => ({ string: () => text, strings: () => [], boolean: () => false });
const range = { min: 1, max: 100, whole: true } as const;

t.test('an option that is not given has no value', async (t) => {
  t.equal(url(values(undefined), 'prometheus'), undefined);
  t.equal(number(values(undefined), 'repeat', range), undefined);
});

t.test('a URL loses the slash at its end', async (t) => {
  t.equal(url(values('http://127.0.0.1:9090/'), 'prometheus'), 'http://127.0.0.1:9090');
  t.equal(url(values('https://example.org/prometheus//'), 'prometheus'), 'https://example.org/prometheus');
});

for (const text of ['', 'localhost:9090', '127.0.0.1:9090', 'ftp://x', 'http://', 'http://x:port']) {
  t.test(`"${text}" is no URL`, async (t) =>
    t.throws(() => url(values(text), 'prometheus'), { code: 'ERR_PADO_USAGE', message: /not a URL such as/ }),
  );
}

t.test('a number within its range', async (t) => {
  t.equal(number(values('1'), 'repeat', range), 1);
  t.equal(number(values('100'), 'repeat', range), 100);
  t.equal(number(values('0.1'), 'frequency', { min: 0.1, max: 3_600 }), 0.1);
});

for (const text of ['', '0', '101', '1.5', '-1', '1e2', '0x10', '5s', 'NaN', 'Infinity', ' 5']) {
  t.test(`"${text}" is no whole number from 1 to 100`, async (t) =>
    t.throws(() => number(values(text), 'repeat', range), {
      code: 'ERR_PADO_USAGE',
      message: `--repeat ${text}: not a whole number from 1 to 100`,
    }),
  );
}
