/** Writes the schemas for editors: `node runner/src/experiment/schema/write.ts && npm run format`. */
import { writeFile } from 'node:fs/promises';
import { schemaFiles } from './files.ts';

const installation = new URL('../../../../', import.meta.url);
for (const [name, schema] of Object.entries(schemaFiles())) {
  await writeFile(new URL(name, installation), `${JSON.stringify(schema, null, 2)}\n`);
}
