import t from 'tap';
import { pythonRegExp } from '../../../runner/src/experiment/python-regex.ts';

// What it matches is compared with Python itself in tolerance-chaostoolkit.test.ts.
t.ok(pythonRegExp('(?<=a)\\p{L}\\u0062').test('acb'), 'what only JavaScript has stays');
t.ok(pythonRegExp('[^"\\s]+\\.[a-z\\-]').test('x.-'));
t.ok(pythonRegExp('a{2}{').test('aa{'), 'braces that count nothing are text');
t.ok(pythonRegExp('(?#words)a').test('a'));
for (const pattern of ['(', '[a', 'a**', '(?P<a>x)(?P=b)', 'a++', '\\'])
  t.throws(() => pythonRegExp(pattern), SyntaxError, pattern);
