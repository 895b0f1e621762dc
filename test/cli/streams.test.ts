import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resultOf, startCli } from '../../testing/cli.ts';
import { s3Event } from '../../testing/events.ts';
import { tinyPng } from '../../testing/pipeline.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grayscale-streams-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const file = (...path: string[]) => join(folder, ...path);

describe('standard input that does not end', () => {
  test.each([
    ['an image', ['convert', '-'], 2_000, 1, /^FILE_TOO_LARGE: .*at most 1000 bytes.*MAX_BYTES/],
    ['an image with --out', ['convert', '-', '--out', 'x.png'], 2_000, 1, /FILE_TOO_LARGE: /],
    ['an event', ['inspect-event', '-'], 65 * 2 ** 20, 2, /^Expected an event of at most 64 MiB/],
  ])('is read only up to the maximum length of %s', async (_, args, sizeBytes, code, message) => {
    const child = startCli(args, { cwd: folder, env: { MAX_BYTES: '1000' } });
    child.stdin.write(Buffer.alloc(sizeBytes, ' '));
    const { exitCode, stdout, stderr } = await resultOf(child);
    expect(stderr + stdout).toMatch(message);
    expect(exitCode).toBe(code);
  });
});

describe('standard output whose reader is gone', () => {
  test.each([
    ['an image, and reports the loss by exit code', ['convert', '-'], 1],
    ['an answer', ['inspect-event', '-'], 0],
  ])('prints no error message for %s', async (_, args, code) => {
    const child = startCli(args);
    child.stdout.destroy();
    child.stdin.end(
      args[0] === 'convert' ? await tinyPng(200, 100, 50) : JSON.stringify(s3Event()),
    );
    const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect([stderr, exitCode]).toEqual(['', code]);
  });

  test('does not stop files from being converted', async () => {
    await mkdir(file('many'));
    const names = Array.from({ length: 8 }, (_, index) => `${index}.png`);
    for (const name of names) await writeFile(file('many', name), await tinyPng(200, 100, 50));
    const child = startCli(['convert', 'many', '--out', 'gray'], { cwd: folder });
    child.stdout.destroy();
    const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect([stderr, exitCode]).toEqual(['', 0]);
    expect((await readdir(file('gray'))).sort()).toEqual(names);
  });

  test.runIf(existsSync('/dev/full'))('reports a full disk, and exits 1', async () => {
    await writeFile(file('event.json'), JSON.stringify(s3Event()));
    const program = new URL('../../bin/grayscale.js', import.meta.url).pathname;
    const child = spawn(process.execPath, [program, 'inspect-event', file('event.json')], {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    });
    const [stderr, [exitCode]] = await Promise.all([
      text(child.stderr as Readable),
      once(child, 'close'),
    ]);
    expect(stderr).toMatch(/^Cannot write to standard output: ENOSPC/);
    expect(exitCode).toBe(1);
  });
});

describe('a signal', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s lets work in progress finish and leaves no partial output',
    async (signal) => {
      const image = await largePng();
      await mkdir(file(signal));
      for (let index = 0; index < 30; index++) {
        await writeFile(file(signal, `${index}.png`), image);
      }
      const out = file(signal, 'out');
      const child = startCli(['convert', file(signal), '--out', out, '--concurrency', '2']);
      child.stdout.once('data', () => child.kill(signal));
      const { exitCode, stdout } = await resultOf(child);
      const names = await readdir(out);
      expect(exitCode).toBe(1);
      expect(stdout.toString()).toContain(`\n${names.length} converted, 0 skipped, 0 failed`);
      expect(names.length).toBeLessThan(30);
      expect(names.filter((name) => !/^\d+\.png$/.test(name))).toEqual([]);
    },
  );
});

async function largePng(): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  const create = { width: 1_000, height: 1_000, channels: 3, background: '#888', noise } as const;
  return await sharp({ create }).png().toBuffer();
}
