import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../testing/cli.ts';
import { tinyPng } from '../../testing/pipeline.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grayscale-usage-'));
  const image = await tinyPng(200, 100, 50);
  await mkdir(join(folder, 'photos'));
  for (const name of ['a.png', 'b.png', 'photos/c.png']) {
    await writeFile(join(folder, name), image);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a usage error', () => {
  test.each([
    ['a command with a typo', ['convrt', 'a.png'], /Did you mean convert/],
    ['an option with a typo', ['convert', 'a.png', '--ou', 'x'], /Did you mean --out/],
    [
      'an unsupported output format',
      ['convert', 'a.png', '--format', 'bmp'],
      /Expected one of png, jpeg, webp, avif, tiff, gif, source/,
    ],
    [
      'a quality out of range',
      ['convert', 'a.png', '--quality', '0'],
      /whole number from 1 to 100/,
    ],
    [
      'an unknown method',
      ['convert', 'a.png', '--method', 'grey'],
      /Expected one of rec601, rec709, luminance/,
    ],
    [
      'a mix of thousands of digits',
      ['convert', 'a.png', '--method', `mix:${'9'.repeat(3_000)},1,1`],
      /three numbers of up to nine digits/,
    ],
    [
      'an effort that the format does not support',
      ['convert', 'a.png', '--format', 'webp', '--effort', '8'],
      /Expected a whole number from 0 to 6 for effort/,
    ],
    ['an invalid concurrency', ['convert', 'a.png', '--concurrency', 'many'], /whole number/],
    ['a missing file', ['convert', 'missing.png'], /"missing\.png" does not exist/],
    [
      'standard input among other inputs',
      ['convert', '-', 'a.png'],
      /Expected - as the only input/,
    ],
    [
      'an output whose name contradicts the format',
      ['convert', 'a.png', '--out', 'x.jpg', '--format', 'png'],
      /--out to name a png file/,
    ],
    [
      'several inputs for one output file',
      ['convert', 'a.png', 'b.png', '--out', 'a.png'],
      /folder for several inputs/,
    ],
    [
      'several inputs with an image name as output',
      ['convert', 'a.png', 'photos', '--out', 'new.png'],
      /folder for several inputs but "new\.png" names a file; "new\.png\/" names a folder/,
    ],
    [
      'a folder with an image name as output',
      ['convert', 'photos', '--out', 'new.png'],
      /"new\.png" names a file/,
    ],
    [
      'an output name of an unsupported format',
      ['convert', 'a.png', '--out', 'x.bmp'],
      /the extension of an output format \(png, jpg, jpeg, webp, .*\) but received "x\.bmp"/,
    ],
    [
      'an unsupported output name with a format',
      ['convert', 'a.png', '--out', 'x.bmp', '--format', 'png'],
      /the extension of an output format/,
    ],
    [
      'an unsupported output name for standard input',
      ['convert', '-', '--out', 'x.jfif'],
      /the extension of an output format/,
    ],
    ['an input without a name', ['convert', ''], /path of a file or folder but received ""/],
    [
      'an output without a name',
      ['convert', 'a.png', '--out', ''],
      /path of a file or folder but received ""/,
    ],
    [
      'a device as input',
      ['convert', '/dev/null'],
      /"\/dev\/null" is not a regular file: pipe it to - instead/,
    ],
    [
      'a device as output',
      ['convert', 'a.png', '--out', '/dev/null'],
      /"\/dev\/null" is not a regular file/,
    ],
    [
      'JSON and an image on standard output',
      ['convert', '-', '--json'],
      /--out to name a file or folder together with --json/,
    ],
    ['no input', ['convert'], /missing required argument 'input'\n\(use --help for usage\)/],
    [
      'an invalid variable',
      ['convert', 'a.png'],
      /MAX_PIXELS: expected/,
      { MAX_PIXELS: 'many' } as Record<string, string>,
    ],
  ])('is reported in one sentence, with exit code 2: %s', async (_, args, message, env = {}) => {
    const { exitCode, stdout, stderr } = await runCli(args, {
      cwd: folder,
      env,
    });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout.toString()).toBe('');
    expect(exitCode).toBe(2);
  });

  test.each([
    [['--help']],
    [['convert', '--help']],
    [['inspect-event', '--help']],
    [['migrate', '--help']],
    [['sandbox', '--help']],
  ])('%j prints to standard output and exits 0', async (args) => {
    const { exitCode, stdout } = await runCli(args);
    expect(stdout.toString()).toMatch(/^Usage: grayscale/);
    expect(exitCode).toBe(0);
  });
});
