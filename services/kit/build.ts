import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

/**
 * The kit as other programs install it. In this repository its exports name TypeScript, which Node.js runs by stripping
 * types; below `node_modules` it refuses to, so what is published is compiled. `node services/kit/build.ts --pack DIR`.
 */
const kit = fileURLToPath(new URL('.', import.meta.url));
const root = resolve(kit, '../..');
const run = promisify(execFile);

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

const readManifest = async (folder: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));

/** Makes `folder` a package: compiled sources, their types, the manifest to publish, README, LICENSE. */
export async function stage(folder: string): Promise<void> {
  const manifest = await readManifest(kit);
  await mkdir(folder, { recursive: true });
  await compile(Object.values(manifest.exports), join(folder, 'dist'));
  await nameDeclarations(join(folder, 'dist'));
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(await published(manifest), undefined, 2)}\n`);
  await copyFile(join(kit, 'README.md'), join(folder, 'README.md'));
  await copyFile(join(root, 'LICENSE'), join(folder, 'LICENSE'));
}

/** Stages and packs; answers the path of the tarball in `folder`. */
export async function pack(folder: string): Promise<string> {
  const staged = await mkdtemp(join(tmpdir(), 'pado-kit-'));
  try {
    await stage(staged);
    await mkdir(folder, { recursive: true });
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', resolve(folder)], { cwd: staged });
    const [packed] = JSON.parse(stdout) as { filename: string }[];
    if (packed === undefined) throw new Error(`npm pack named no tarball: ${stdout}`);
    return join(resolve(folder), packed.filename);
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
}

/** Compiles what the entry points reach, and nothing else. No source maps: they would name files that are not shipped. */
async function compile(entries: readonly string[], outDir: string): Promise<void> {
  const project = join(outDir, '../tsconfig.json');
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      rootDir: join(kit, 'src'),
      outDir,
    },
    include: [],
    files: entries.map((entry) => join(kit, entry)),
  };
  await writeFile(project, JSON.stringify(config));
  try {
    await run(join(root, 'node_modules/.bin/tsc'), ['--project', project]);
  } catch (error) {
    throw new Error(`the kit does not compile:\n${(error as { stdout?: string }).stdout ?? ''}`, { cause: error });
  } finally {
    await rm(project);
  }
}

/** `tsc` rewrites the extensions of imports in JavaScript only; declarations would go on naming sources that are not shipped. */
async function nameDeclarations(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  for (const file of names.filter((name) => name.endsWith('.d.ts')).map((name) => join(folder, name))) {
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/((?:from |import\()['"]\.[^'"]*)\.ts(['"])/g, '$1.js$2'));
  }
}

/** The manifest without what keeps the workspace from being published, its exports on the compiled files. */
async function published(manifest: Manifest): Promise<unknown> {
  const compiled = (source: string, extension: string) =>
    source.replace('./src/', './dist/').replace(/\.ts$/, extension);
  const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  return {
    ...manifest,
    private: undefined,
    exports: {
      ...Object.fromEntries(
        Object.entries(manifest.exports).map(([entry, source]) => [
          entry,
          { types: compiled(source, '.d.ts'), default: compiled(source, '.js') },
        ]),
      ),
      './package.json': './package.json',
    },
    // The declarations name pg's types, which pg does not bring.
    dependencies: { ...manifest.dependencies, '@types/pg': devDependencies['@types/pg'] },
  };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { pack: { type: 'string' } } });
  if (values.pack === undefined) {
    process.stderr.write('where to? node services/kit/build.ts --pack DIR\n');
    process.exitCode = 2;
  } else process.stdout.write(`${await pack(values.pack)}\n`);
}
