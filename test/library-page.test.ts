// docs/library.md: its tables are compared with the source, and its examples run.
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as library from '../src/convert/index.ts';

const root = join(import.meta.dirname, '..');
const index = join(root, 'src/convert/index.ts');
const page = await readFile(join(root, 'docs/library.md'), 'utf8');

describe('docs/library.md', () => {
  test('lists every export, and nothing else', async () => {
    const source = await readFile(index, 'utf8');
    const names = [...source.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list = '']) =>
      list.split(',').map((name) => name.replace('type ', '').trim()),
    );
    const exported = names.filter((name) => name !== '');
    expect(exported).toEqual(expect.arrayContaining(Object.keys(library)));
    expect(
      rowsOf('export')
        .map(([name]) => name)
        .toSorted(),
    ).toEqual(exported.map((name) => `\`${name}\``).toSorted());
  });

  test('lists the options of a recipe, in the order of the source', () => {
    const rows = Object.entries(library.recipeOptions).map(([name, option]) => [
      `\`${name}\``,
      option.expected,
      `\`${option.default}\``,
    ]);
    expect(rowsOf('option')).toEqual(rows);
  });

  test('lists the limits', () => {
    const rows = rowsOf('limit').map(([name, value]) => [name?.slice(1, -1), Number(value)]);
    expect(Object.fromEntries(rows)).toEqual(library.defaultLimits);
  });
});

describe('an example', () => {
  const examples = [...page.matchAll(/```ts\n(.*?)```\n\n```text\n(.*?)```/gs)].map(
    ([, code = '', output = '']) =>
      [code.match(/\w+(?= } from 'gray)/)?.[0], code, output] as const,
  );
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'library-'));
    await copyFile(join(root, 'samples/dunes.jpg'), join(folder, 'photo.jpg'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('covers every block of TypeScript', () => {
    expect(examples.length).toBeGreaterThan(3);
    expect(page.match(/```ts\n/g)).toHaveLength(examples.length);
  });

  test.each(examples)('in %s prints what the page says', async (name, code, output) => {
    const file = join(folder, `${name}.ts`);
    await writeFile(file, code.replace("'grayscale-image-processor'", JSON.stringify(index)));
    const run = await promisify(execFile)(process.execPath, [file], { cwd: folder });
    expect(run.stdout).toBe(output);
  });
});

/** The cells of the table whose first column has this heading. */
function rowsOf(heading: string): string[][] {
  const table = page.split(`\n| ${heading} |`)[1]?.split('\n\n')[0] ?? '';
  return table
    .split('\n')
    .slice(2)
    .filter((row) => row.startsWith('|'))
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
