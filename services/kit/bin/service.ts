import { existsSync, readdirSync } from 'node:fs';
import { nearest } from '../src/nearest.ts';

/** `npm run service NAME`: runs one service of the shop alone. */
const folder = new URL('../../', import.meta.url);
const names = readdirSync(folder).filter((name) => existsSync(new URL(`${name}/src/server.ts`, folder)));
const [name] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  const near = name && nearest(name, names);
  const problem = name === undefined ? 'which service?' : `there is no service "${name}".`;
  process.stderr.write(`${problem}${near ? ` Did you mean ${near}?` : ''} One of: ${names.join(', ')}\n`);
  process.exit(2);
}
await import(new URL(`${name}/src/server.ts`, folder).href);
