import { readFile } from 'node:fs/promises';
import t from 'tap';
import { experimentReference, referenceFile } from '../../runner/src/experiment/schema/reference.ts';

t.equal(
  await readFile(referenceFile, 'utf8'),
  experimentReference(),
  'docs/reference/experiments.md is what `node runner/src/experiment/schema/reference.ts` writes',
);
t.notMatch(experimentReference(), /undefined|\[object/);
