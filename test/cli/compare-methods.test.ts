import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '../../testing/cli.ts';
import { rgbPng } from '../../testing/images.ts';

/** Red and green with the same luma. */
const chart = rgbPng({
  width: 40,
  height: 40,
  rows: Uint8Array.from(
    Array.from({ length: 1600 }, (_, i) => (i % 20 < 10 ? [0, 130, 0] : [255, 0, 0])).flat(),
  ),
});

describe('grayscale compare-methods', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'grayscale-compare-'));
    await writeFile(join(folder, 'chart.png'), chart);
    await writeFile(join(folder, 'text.png'), 'not an image');
  });
  beforeEach(() => rm(join(folder, 'sheet.png'), { force: true }));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const compare = (...args: string[]) => runCli(['compare-methods', ...args], { cwd: folder });

  test('prints what each method loses, its flags and a recommendation', async () => {
    const { exitCode, stdout, stderr } = await compare('chart.png');
    const lines = stdout.toString().split('\n');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(lines[0]).toMatch(/^method +contrast lost$/);
    expect(lines[1]).toMatch(/^rec601 +100\.0 % {2}flagged$/);
    expect(lines[11]).toMatch(/^decolor +0\.0 % {2}recommended$/);
    expect(lines).toHaveLength(13);
  });

  test('writes the contact sheet, and replaces an existing one only with --overwrite', async () => {
    expect(await compare('chart.png', '--out', 'sheet.png')).toMatchObject({ exitCode: 0 });
    expect(await sharp(join(folder, 'sheet.png')).metadata()).toMatchObject({ format: 'png' });

    await writeFile(join(folder, 'sheet.png'), 'precious');
    const second = await compare('chart.png', '--out', 'sheet.png');
    expect(second).toMatchObject({
      exitCode: 2,
      stderr: '"sheet.png" exists (--overwrite replaces it).\n',
    });
    expect(await readFile(join(folder, 'sheet.png'), 'utf8')).toBe('precious');

    const third = await compare('chart.png', '--out', 'sheet.png', '--overwrite');
    expect(third).toMatchObject({ exitCode: 0 });
    expect(await sharp(join(folder, 'sheet.png')).metadata()).toMatchObject({ format: 'png' });
  });

  test('never replaces the input image', async () => {
    const result = await compare('chart.png', '--out', './chart.png', '--overwrite');
    expect(result.stderr).toMatch(/is the photo itself/);
    expect(result.exitCode).toBe(2);
    expect(await readFile(join(folder, 'chart.png'))).toEqual(chart);
  });

  test.each([
    ['a missing file', 2, ['missing.png'], /"missing\.png" does not exist/],
    ['a folder', 2, ['.'], /"\." is not a regular file/],
    ['a missing argument', 2, [], /missing required argument 'photo'/],
    [
      'a contact sheet that is not PNG',
      2,
      ['chart.png', '--out', 'a.jpg'],
      /--out to name a PNG file/,
    ],
    ['a file that is not an image', 1, ['text.png', '--out', 'sheet.png'], /^UNSUPPORTED_FORMAT: /],
  ])('refuses %s with exit code %i', async (_, code, args, message) => {
    const { exitCode, stdout, stderr } = await compare(...args);
    expect(stderr).toMatch(message);
    expect([exitCode, stdout.toString()]).toEqual([code, '']);
  });
});
