import { join } from 'node:path';
import { build } from 'esbuild';

const main = join(import.meta.dirname, 'src', 'kubernetes', 'main.ts');
/** CommonJS dependencies ask for builtins by `require`, which a module has not. */
const banner =
  "import{createRequire as $createRequire}from'node:module';const require=$createRequire(import.meta.url);";

/** Builds the agent for Kubernetes as one file without dependencies: it starts fast, and loads only what it uses. */
export async function bundleAgent(outfile: string, { entry = main, sourcemap = false } = {}): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    // Names of classes are part of messages and checks.
    keepNames: true,
    sourcemap,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    banner: { js: banner },
    legalComments: 'none',
    logLevel: 'warning',
  });
}

if (import.meta.main) {
  const [outfile] = process.argv.slice(2);
  if (outfile === undefined) {
    process.stderr.write('usage: node agent/daemon/bundle.ts OUT.mjs\n');
    process.exitCode = 2;
  } else await bundleAgent(outfile);
}
