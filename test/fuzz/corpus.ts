import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  detectInputFormat,
  type InputFormat,
  inputFormats,
} from '../../src/convert/formats/input-formats.ts';
import { builtFiles } from './built-files.ts';
import { generatedFiles } from './generated-files.ts';
import type { SeedFile } from './seed-file.ts';

/** Complete files to mutate, of every input format. */
export type Corpus = Record<InputFormat, SeedFile[]>;

const folders = ['fixtures', 'fixtures/plain-formats', 'fixtures/rare', 'pillow'];
const root = join(import.meta.dirname, '../convert');

/** Small files of other programs, from the tests, and generated files. */
export async function loadCorpus(): Promise<Corpus> {
  const stored = await Promise.all(folders.map(filesIn));
  return sortedByFormat([...stored.flat(), ...(await generatedFiles()), ...builtFiles()]);
}

/** Grouped by content, as the engine detects it. Throws if a format has no file. */
export function sortedByFormat(files: readonly SeedFile[]): Corpus {
  const names = Object.keys(inputFormats) as InputFormat[];
  const entries = names.map((format) => {
    const own = files.filter(({ bytes }) => detectInputFormat(bytes) === format);
    if (own.length > 0) return [format, own];
    throw new Error(
      `Expected a file of every input format to change, but there is none of ${format}. Add one to test/convert/fixtures/ or to test/fuzz/generated-files.ts.`,
    );
  });
  return Object.fromEntries(entries);
}

async function filesIn(folder: string): Promise<SeedFile[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.md'));
  // The order of a folder differs between systems.
  const sorted = names.map(({ name }) => name).sort();
  return await Promise.all(
    sorted.map(async (name) => ({
      name: `${folder}/${name}`,
      bytes: await readFile(join(root, folder, name)),
    })),
  );
}
