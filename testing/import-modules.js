// Run by plain Node with a folder and an extension: imports every module below the folder. It exits
// by itself if no module starts work or keeps a resource open.
import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder = '', extension = ''] = process.argv.slice(2);
/** AssemblyScript, and the dashboard, which runs in browsers. */
const isExcluded = (name) => /(^|\/)(assembly|web)\//.test(name.replaceAll(sep, '/'));

const names = readdirSync(folder, { recursive: true })
  .filter((name) => name.endsWith(extension) && !/\.d\.ts$/.test(name) && !isExcluded(name))
  .sort();
for (const name of names) {
  try {
    await import(pathToFileURL(join(folder, name)).href);
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
console.log(names.length);
