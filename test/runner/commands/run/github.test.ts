import { join } from 'node:path';
import { PadoError } from '@pado/fault';
import t from 'tap';
import { annotations } from '../../../../runner/src/commands/run/github.ts';
import { deviated, failed, held, journal, probe } from './journals.ts';

const experiment = `title: Slow
description: For a test.
steady-state-hypothesis:
  title: Fine
  probes:
    - {type: probe, name: front, tolerance: 200, provider: {type: http, url: http://127.0.0.1:1}}
    - ref: recorded
method:
  - {type: probe, name: recorded, provider: {type: http, url: http://127.0.0.1:1}}
extensions: [{name: pado, steadyState: [shared.yaml]}]
`;
const shared = 'title: Shared\nprobes:\n  - {type: probe, name: "p99, of all", tolerance: 1}\n';

t.test('a probe is annotated where it stands, in the experiment or in the file that it names', async (t) => {
  const root = t.testdir({ experiments: { 'slow.yaml': experiment, 'shared.yaml': shared } });
  const probes = [
    probe('front', { met: false, value: 503, unit: '', expected: 'status 200' }),
    probe('recorded', { met: null, value: null }),
    probe('p99, of all', { met: false, value: 97, unit: '%', expected: '≥ 99%' }),
    probe('k6: checks', { met: false }),
    probe('fine'),
  ];
  const run = { ...deviated, file: join(root, 'experiments/slow.yaml'), journal: journal('deviated', { probes }) };
  t.strictSame(await annotations([{ ...run, reason: '100% of\r\nall' }], root), [
    '::error file=experiments/slow.yaml,line=1,title=deviated::100%25 of%0D%0Aall',
    '::error file=experiments/slow.yaml,line=6,col=7,title=front (during)::503, expected status 200',
    '::warning file=experiments/slow.yaml,line=7,col=7,title=recorded (during)::no data, expected < 0.5 s',
    '::error file=experiments/shared.yaml,line=3,col=5,title=p99%2C of all (during)::97%25, expected ≥ 99%25',
    '::error file=experiments/slow.yaml,line=1,title=k6%3A checks (during)::0.2 s, expected < 0.5 s',
  ]);
});

t.test('each verdict has its level', async (t) => {
  const level = async (run: Parameters<typeof annotations>[0][number]) =>
    (await annotations([run], '/'))[0]?.split(' ')[0];
  t.equal(await level(held), '::notice');
  t.equal(await level({ ...held, verdict: 'inconclusive' }), '::warning');
  t.equal(await level({ ...held, verdict: 'aborted' }), '::error');
  t.equal(await level(failed), '::error');
});

t.test('what is wrong with a file is annotated at its line', async (t) => {
  const findings = [{ file: '/x/b.yaml', line: 3, column: 5, path: [], message: '`delay` is "3x"' }];
  const error = new PadoError('ERR_PADO_INVALID', 'wrong', { details: { findings } });
  t.strictSame(await annotations([{ ...failed, error }], '/x'), [
    '::error file=b.yaml,line=3,col=5,title=invalid file::`delay` is "3x"',
  ]);
});
