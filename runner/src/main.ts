import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { readSettings } from './cli/settings.ts';

const settings = readSettings();
// Stripping types anew would cost each command 16 MB and half its start. Imports that follow profit, hence `await`.
enableCompileCache(join(settings.installation, '.pado/cache/compile'));
const [{ run }, { commands }] = await Promise.all([import('./cli/run.ts'), import('./commands/index.ts')]);

// A reader that has gone away (`pado lab … | head`) must not end a run before it has reverted and stopped everything.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

// Writes to pipes, files and terminals are synchronous on Linux, so nothing is cut off here; and a socket that some
// library keeps alive does not hold up the prompt.
process.exit(
  await run(commands, process.argv.slice(2), settings, {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  }),
);
