import { existsSync, readdirSync } from 'node:fs';

/** `npm run service NAME`: runs one service of the shop alone. */
const folder = new URL('../../', import.meta.url);
const names = readdirSync(folder).filter((name) => existsSync(new URL(`${name}/src/server.ts`, folder)));
const [name] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  process.stderr.write(
    `${name === undefined ? 'which service?' : `there is no service "${name}"`} One of: ${names.join(', ')}\n`,
  );
  process.exit(2);
}
await import(new URL(`${name}/src/server.ts`, folder).href);
