import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toGrayscale } from '../../src/convert/index.ts';
import { type CliResult, runCli } from '../../testing/cli.ts';
import { tinyPng } from '../../testing/pipeline.ts';

let folder: string;
let image: Buffer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grayscale-cli-'));
  image = await tinyPng(200, 100, 50);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: folder });
const file = (...path: string[]) => join(folder, ...path);
const formatOf = async (path: string) => (await sharp(path).metadata()).format;
const tree = async (...path: string[]) =>
  (await readdir(file(...path), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(file(...path).length + 1))
    .sort();

async function makePhotos() {
  await mkdir(file('photos/deep/er'), { recursive: true });
  await writeFile(file('photos/a.png'), image);
  await writeFile(file('photos/deep/b.png'), image);
  await writeFile(file('photos/deep/er/c.jpg'), await sharp(image).jpeg().toBuffer());
  await writeFile(file('photos/notes.txt'), 'not an image');
  await writeFile(file('photos/.hidden.png'), image);
}

describe('grayscale convert', () => {
  test('writes to the file that --out names', async () => {
    await writeFile(file('in.png'), image);
    const { exitCode, stderr } = await run('convert', 'in.png', '--out', 'out.png');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(await readFile(file('out.png'))).toEqual(Buffer.from((await toGrayscale(image)).bytes));
  });

  test('keeps the modification time with --keep-times', async () => {
    const time = new Date('2001-02-03T04:05:06.789Z');
    await writeFile(file('in.png'), image);
    await utimes(file('in.png'), time, time);
    const timeOf = async (name: string) => (await stat(file(name))).mtime.getTime();
    expect((await run('convert', 'in.png', '--out', 'out.png', '--keep-times')).exitCode).toBe(0);
    expect(await timeOf('out.png')).toBe(time.getTime());
    expect((await run('convert', 'in.png', '--out', 'out.png', '--overwrite')).exitCode).toBe(0);
    expect(await timeOf('out.png')).toBeGreaterThan(time.getTime());
    const named = await run('convert', '-', '--out', 'other.png', '--keep-times');
    expect([named.exitCode, named.stderr]).toEqual([2, expect.stringMatching(/--keep-times/)]);
  });

  test('takes the format from the output name', async () => {
    await writeFile(file('in.png'), image);
    for (const name of ['out.jpg', 'out.webp', 'out.png']) {
      expect((await run('convert', 'in.png', '--out', name)).exitCode).toBe(0);
    }
    expect(
      await Promise.all(['out.jpg', 'out.webp', 'out.png'].map((name) => formatOf(file(name)))),
    ).toEqual(['jpeg', 'webp', 'png']);
  });

  test('writes outputs to grayscale/ by default', async () => {
    await writeFile(file('photo.jpg'), await sharp(image).jpeg().toBuffer());
    expect((await run('convert', 'photo.jpg')).exitCode).toBe(0);
    expect(await tree('grayscale')).toEqual(['photo.png']);
  });

  test('converts the images of a folder, and of its subfolders when asked', async () => {
    await makePhotos();
    const flat = await run('convert', 'photos', '--out', 'flat');
    expect(flat.exitCode).toBe(0);
    expect(await tree('flat')).toEqual(['a.png']);

    const deep = await run('convert', 'photos', '--out', 'deep', '--recursive', '--format', 'webp');
    expect(deep.exitCode).toBe(0);
    expect(await tree('deep')).toEqual(['a.webp', 'deep/b.webp', 'deep/er/c.webp']);
    expect(deep.stdout.toString()).toMatch(
      /^3 converted, 1 skipped, 0 failed in .* s: .* images\/s, .* megapixels\/s$/m,
    );
  });

  test('does not convert its own outputs when it runs again', async () => {
    await makePhotos();
    await run('convert', '.', '--recursive');
    const again = await run('convert', '.', '--recursive');
    expect(again.stdout.toString()).toContain('0 converted, 4 skipped, 0 failed');
    expect((await tree('grayscale')).some((name) => name.includes('grayscale'))).toBe(false);
  });

  test('keeps whole file names where two images would get the same output name', async () => {
    await writeFile(file('a.png'), image);
    await writeFile(file('a.gif'), await sharp(image).gif().toBuffer());
    await writeFile(file('b.gif'), await sharp(image).gif().toBuffer());
    expect((await run('convert', 'a.png', 'a.gif', 'b.gif', '--out', 'out')).exitCode).toBe(0);
    expect(await tree('out')).toEqual(['a.gif.png', 'a.png.png', 'b.png']);
  });

  test('reads standard input and writes only the image to standard output', async () => {
    const { exitCode, stdout, stderr } = await runCli(['convert', '-'], { input: image });
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toEqual(Buffer.from((await toGrayscale(image)).bytes));
  });

  test('reads standard input into the file that --out names', async () => {
    const args = ['convert', '-', '--out', file('out.webp')];
    expect((await runCli(args, { input: image })).exitCode).toBe(0);
    expect(await formatOf(file('out.webp'))).toBe('webp');
  });

  test('keeps an existing output without --overwrite', async () => {
    await writeFile(file('in.png'), image);
    await writeFile(file('out.png'), 'precious');
    const kept = await run('convert', 'in.png', '--out', 'out.png');
    expect(kept.stdout.toString()).toContain('skipped');
    expect(await readFile(file('out.png'), 'utf8')).toBe('precious');

    await run('convert', 'in.png', '--out', 'out.png', '--overwrite');
    expect(await formatOf(file('out.png'))).toBe('png');
  });

  test.each([
    ['by its name', 'in.png'],
    ['by another name', 'link.png'],
  ])('never replaces its input, named %s', async (_, out) => {
    await writeFile(file('in.png'), image);
    await symlink(file('in.png'), file('link.png'));
    const { exitCode, stderr } = await run('convert', 'in.png', '--out', out, '--overwrite');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('WOULD_OVERWRITE_INPUT');
    expect(await readFile(file('in.png'))).toEqual(image);
  });

  test('continues after an invalid file, reports the reason and exits 1', async () => {
    await writeFile(file('good.png'), image);
    // Without its end, and without a part of its pixels.
    await writeFile(file('cut.png'), image.subarray(0, image.length - 26));
    await writeFile(file('empty.png'), '');
    await writeFile(file('fake.png'), 'GIF? no');
    const { exitCode, stdout, stderr } = await run('convert', '.', '--out', 'out');
    expect(exitCode).toBe(1);
    expect(stdout.toString()).toContain('1 converted, 0 skipped, 3 failed');
    expect(stderr).toMatch(/cut\.png: CORRUPT_IMAGE: /);
    expect(stderr).toMatch(/empty\.png: EMPTY_OBJECT: /);
    expect(stderr).toMatch(/fake\.png: UNSUPPORTED_FORMAT: /);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(await tree('out')).toEqual(['good.png']);
  });

  test('prints one JSON document with --json', async () => {
    await makePhotos();
    const { stdout } = await run('convert', 'photos', '-r', '--out', 'out', '--json');
    const { results, summary } = JSON.parse(stdout.toString());
    expect(summary).toMatchObject({ converted: 3, skipped: 1, failed: 0 });
    expect(results).toContainEqual(
      expect.objectContaining({
        input: file('photos/a.png'),
        output: file('out/a.png'),
        status: 'converted',
        image: expect.objectContaining({ width: 3, height: 2, channels: 1 }),
      }),
    );
  });

  test('writes JPEGs of the requested quality', async () => {
    const noise = await sharp({
      create: {
        width: 64,
        height: 64,
        channels: 3,
        background: '#888',
        noise: { type: 'gaussian', mean: 128, sigma: 60 },
      },
    })
      .png()
      .toBuffer();
    await writeFile(file('in.png'), noise);
    await run('convert', 'in.png', '--out', 'low.jpg', '--quality', '10');
    await run('convert', 'in.png', '--out', 'high.jpg', '--quality', '95');
    const [low, high] = await Promise.all([readFile(file('low.jpg')), readFile(file('high.jpg'))]);
    expect(low.length * 3).toBeLessThan(high.length);
  });

  test('prefers recipe options of the command line to those of the environment', async () => {
    await writeFile(file('in.png'), image);
    const env = { GRAY_METHOD: 'red', GRAY_DEPTH: '16' };
    const pixel = async (name: string) => (await sharp(file(name)).raw().toBuffer())[0];
    for (const [name, ...args] of [['env.png'], ['flag.png', '--method', 'Blue', '--depth', '8']]) {
      const result = await runCli(['convert', 'in.png', '--out', name as string, ...args], {
        cwd: folder,
        env,
      });
      expect([result.exitCode, result.stderr]).toEqual([0, '']);
    }
    expect([await pixel('env.png'), await pixel('flag.png')]).toEqual([200, 50]);
    expect((await sharp(file('env.png')).metadata()).depth).toBe('ushort');
    expect((await sharp(file('flag.png')).metadata()).depth).toBe('uchar');
  });

  test('keeps formats and names with --format source', async () => {
    await makePhotos();
    await writeFile(file('photos/d.heic'), 'not read');
    const { stdout } = await run('convert', 'photos', '-r', '--out', 'out', '--format', 'source');
    expect(stdout.toString()).toMatch(/^3 converted/m);
    expect(await tree('out')).toEqual(['a.png', 'deep/b.png', 'deep/er/c.jpg']);
    expect(await formatOf(file('out/deep/er/c.jpg'))).toBe('jpeg');
  });

  test('reports the file system’s reason when an output path is impossible', async () => {
    await writeFile(file('in.png'), image);
    const { exitCode, stderr } = await run('convert', 'in.png', '--out', 'in.png/out.png');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/FILE_SYSTEM: /);
    const { stderr: denied } = await run('convert', 'in.png', '--out', '/proc/out.png');
    expect(denied).toMatch(/FILE_SYSTEM: .*'\/proc(\/out\.png)?'$/m);
  });
});
