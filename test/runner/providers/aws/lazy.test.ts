import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';

const program = fileURLToPath(new URL('../../../../runner/bin/pado', import.meta.url));
/** Whoever imports the SDK in such a process fails. */
const trap = `import { registerHooks } from 'node:module';
registerHooks({ resolve(name, context, next) {
  if (name.startsWith('@aws-sdk/')) throw new Error('loaded ' + name);
  return next(name, context);
} });`;
const NODE_OPTIONS = `--import data:text/javascript,${encodeURIComponent(trap)}`;

t.test('commands that do not use AWS do not load its SDK, and one that does is caught', async (t) => {
  const file = `
title: Asks AWS
description: x
method: [{type: probe, name: p, provider: {type: aws, probe: instances, by: {zone: here-a}}}]
`;
  const cwd = t.testdir({ '.pado': {}, 'e.yaml': file });
  const pado = (...args: string[]) =>
    promisify(execFile)(program, args, { cwd, env: { ...process.env, NODE_OPTIONS, AWS_REGION: 'here' } });
  await t.resolves(pado('status'));
  await t.resolves(pado('validate', 'e.yaml'));
  await t.resolves(pado('recover'));
  const { stderr } = await pado('run', 'e.yaml').catch((error: { readonly stderr: string }) => error);
  t.match(stderr, /loaded @aws-sdk\/client-ec2/);
});
