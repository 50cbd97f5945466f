// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import { join } from 'node:path';
import t from 'tap';
import { concealer, shown } from '../../../runner/src/experiment/shown.ts';
import { validateExperiment } from '../../../runner/src/experiment/validate.ts';

const text = `title: 'With \${host} and \${token}'
description: D
configuration: {host: 127.0.0.1}
secrets:
  api:
    token: {type: env, key: TOKEN}
    literal: shown-to-nobody
steady-state-hypothesis:
  title: H
  probes:
    - {type: probe, name: 'p \${token}', tolerance: 200, provider: {type: http, url: 'http://\${host}/?t=\${token}'}}
method:
  - type: action
    name: a
    provider: {type: http, url: 'http://\${host}/', headers: {authorization: 'Bearer \${token}'}}
  - {type: action, name: b, provider: {type: process, path: ls}}
extensions:
  - name: pado
    stopConditions:
      - {name: s, tolerance: 200, provider: {type: http, url: 'http://\${host}/\${literal}'}}
`;

t.test('activities carry secrets, and nothing that can be written does', async (t) => {
  const directory = t.testdir({ 'e.yaml': text });
  const environment = { TOKEN: 'very-secret' };
  const experiment = await validateExperiment(join(directory, 'e.yaml'), { environment });
  const [probe] = experiment.hypothesis!.probes;
  const [action, plain] = experiment.method;
  const [condition] = experiment.stopConditions;
  t.match(probe, { name: 'p ${token}', provider: { url: 'http://127.0.0.1/?t=very-secret' } }, 'no secret in a name');
  t.match(action, { provider: { headers: { authorization: 'Bearer very-secret' } } });
  t.match(condition, { provider: { url: 'http://127.0.0.1/shown-to-nobody' } });

  t.match(shown(action!), { provider: { headers: { authorization: 'Bearer ${token}' } } });
  t.match(shown({ ...probe! }), { provider: { url: 'http://127.0.0.1/?t=${token}' } }, 'also of a copy');
  t.equal(shown(plain!), plain, 'without secrets it is the same');
  t.match(experiment.title, 'With 127.0.0.1 and ${token}');

  const written = JSON.stringify([experiment.document, shown(action!), shown(probe!), shown(condition!)]);
  t.notMatch(written, /very-secret|shown-to-nobody/);
  t.match(experiment.document, { secrets: { api: { token: { type: 'env', key: 'TOKEN' }, literal: '***' } } });
  t.match(experiment.secrets, { api: { token: 'very-secret' } });
});

t.test('what comes back from outside is cleared of secrets', async (t) => {
  const conceal = concealer({ secrets: { a: { token: 'abcd/1', long: 'abcd/1-and-more', short: 'x' } } });
  t.same(conceal({ body: ['t=abcd%2F1', 'abcd/1-and-more', 'x'], status: 200 }), {
    body: ['t=${token}', '${long}', 'x'],
    status: 200,
  });
});

t.test('a message about a file never has a secret in it', async (t) => {
  const wrong = text.replace(
    'tolerance: 200, provider: {type: http, url',
    "tolerance: '${token}', timeout: '${token}', provider: {type: htp, url",
  );
  const directory = t.testdir({ 'e.yaml': wrong });
  const environment = { TOKEN: 'very-secret' };
  const error: unknown = await validateExperiment(join(directory, 'e.yaml'), { environment }).catch((reason) => reason);
  t.match(error, { code: 'ERR_PADO_INVALID', message: /did you mean `http`/ });
  t.notMatch((error as Error).message, /very-secret/);
});
