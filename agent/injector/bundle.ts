import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environment } from '@pado/fault';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const outfile = join(here, 'dist', 'injector.cjs');
const sources = [join(here, 'src'), join(here, '..', 'fault', 'src')];
const primordials = join(here, 'primordials.mjs');
const alone = [
  fileURLToPath(import.meta.url),
  primordials,
  join(here, 'package.json'),
  join(here, '..', 'fault', 'package.json'),
];

/** Names of properties that are all ours: neither the platform nor the wire knows them, so that they may be short. */
const ownNames = new RegExp(
  `^(${[
    ...['action', 'after', 'agentUrl', 'announce', 'bearsLease', 'before', 'busyMs', 'caFile', 'cancel'],
    ...['changesInMs', 'closeIfSilent', 'deadlineAt', 'deliver', 'directories', 'directory', 'endsAt'],
    ...['enter', 'errors', 'everyMs', 'evidence', 'fault', 'faultHeader', 'fits', 'gate', 'heardAt', 'heldBytes'],
    ...['hooked', 'inForce', 'inactive', 'isFresh', 'isFull', 'isHit', 'isIdle', 'isOpen', 'isOver'],
    ...['isPausedByHandler', 'label', 'lease', 'leave', 'limit', 'msUntil', 'nextMs', 'onFirstWrite', 'onMessage'],
    ...['outcome', 'periodMs', 'podUid', 'queuedBytes', 'real', 'release', 'renew', 'renewed', 'report', 'revoked'],
    ...['rule', 'sample', 'scan', 'shared', 'snapshot', 'startedAtMs', 'tellAll', 'tellEvidence', 'throttle'],
    ...['timedOut', 'timeoutMs', 'tokenFile', 'totalBytes', 'truncation', 'usedMs', 'waits', 'wanted'],
  ].join('|')})$`,
);

async function modifiedMs(file: string): Promise<number | undefined> {
  return (await stat(file).catch(() => undefined))?.mtimeMs;
}

async function newestSourceMs(): Promise<number> {
  const lists = await Promise.all(
    sources.map((directory) => readdir(directory, { recursive: true, withFileTypes: true })),
  );
  const files = lists.flat().map((entry) => join(entry.parentPath, entry.name));
  const times = await Promise.all([...files, ...alone].map(modifiedMs));
  return Math.max(...times.map((time) => time ?? 0));
}

/**
 * Builds the injector as one file if it is older than any of its sources, and returns the file's absolute path. Safe to
 * call from several processes at once: the file appears whole or not at all. Without an agent's address it does nothing,
 * not even load what it would need: a process starts as fast as without it.
 */
export async function bundle(): Promise<string> {
  const builtMs = await modifiedMs(outfile);
  if (builtMs !== undefined && builtMs > (await newestSourceMs())) return outfile;
  await mkdir(dirname(outfile), { recursive: true });
  const temporary = `${outfile}.${process.pid}.${randomUUID()}`;
  try {
    await build({
      entryPoints: [join(here, 'src', 'preload.ts')],
      inject: [primordials],
      define: { 'Number.POSITIVE_INFINITY': '1e999', 'Number.NEGATIVE_INFINITY': '-1e999' },
      mangleProps: ownNames,
      banner: { js: `if(process.env.${environment.agentUrl}){` },
      footer: { js: '}' },
      outfile: temporary,
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'cjs',
      target: 'node18.19',
      legalComments: 'none',
      logLevel: 'silent',
    });
    await rename(temporary, outfile);
  } finally {
    await rm(temporary, { force: true });
  }
  return outfile;
}
