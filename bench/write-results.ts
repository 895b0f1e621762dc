import { mkdir, writeFile } from 'node:fs/promises';

const folder = new URL('results/', import.meta.url);

/** Writes the results of a run to bench/results/, as JSON and in the other formats given. */
export async function writeResults(
  name: string,
  results: unknown,
  others: Record<string, string> = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files = { json: `${JSON.stringify(results, null, 1)}\n`, ...others };
  for (const [extension, text] of Object.entries(files)) {
    await writeFile(new URL(`${name}.${extension}`, folder), text);
    console.log(`Written: bench/results/${name}.${extension}`);
  }
}
