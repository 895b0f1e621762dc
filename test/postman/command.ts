// Regenerates postman/ from the OpenAPI document: npm run postman. A test compares them.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { postmanCollection, postmanEnvironment } from './collection.ts';

const folder = join(import.meta.dirname, '..', '..', 'postman');
const files = {
  'collection.json': postmanCollection(),
  'environment.json': postmanEnvironment(),
};

await mkdir(folder, { recursive: true });
for (const [name, content] of Object.entries(files)) {
  await writeFile(join(folder, name), `${JSON.stringify(content, null, 2)}\n`);
  console.log(`postman/${name}`);
}
