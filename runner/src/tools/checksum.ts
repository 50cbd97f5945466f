import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PadoError } from '@pado/fault';
import { checksums } from './versions.ts';

/** Refuses a downloaded file whose sha256 is not the pinned one; says whether there is a pinned one. */
export async function verify(
  file: string,
  pinned: Readonly<Record<string, string>> = checksums,
): Promise<'pinned' | 'unlisted'> {
  const name = basename(file);
  const expected = pinned[name];
  if (expected === undefined) return 'unlisted';
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const actual = hash.digest('hex');
  if (actual === expected) return 'pinned';
  throw new PadoError(
    'ERR_PADO_TOOL_MISSING',
    `${name} has the wrong checksum and was refused: sha256 ${actual}, pinned ${expected} in runner/src/tools/versions.ts`,
    { details: { file: name, expected, actual } },
  );
}
