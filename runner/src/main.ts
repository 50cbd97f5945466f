import { run } from './cli/run.ts';
import { readSettings } from './cli/settings.ts';
import { commands } from './commands/index.ts';

// Writes to pipes, files and terminals are synchronous on Linux, so nothing is cut off here; and a socket that some
// library keeps alive does not hold up the prompt.
process.exit(
  await run(commands, process.argv.slice(2), readSettings(), {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  }),
);
