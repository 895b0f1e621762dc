// What a caller may pass: every kind of input, a signal, and names that are spelt right.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  compareMethods,
  type ImageInput,
  openImage,
  toGrayscale,
} from '../../src/convert/index.ts';
import { photoLikePng } from '../../testing/images.ts';

const image = new Uint8Array(photoLikePng());
const expected = (await toGrayscale(image)).bytes;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inputs-'));
  await writeFile(join(folder, 'photo.png'), image);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Endless, and counts what was read of it. */
function endless() {
  const state = { chunks: 0, isClosed: false };
  async function* generate() {
    try {
      for (;;) {
        state.chunks++;
        yield new Uint8Array(1_000);
      }
    } finally {
      state.isClosed = true;
    }
  }
  return { state, stream: generate() };
}

describe('an input', () => {
  const inputs: Record<string, () => ImageInput> = {
    'a Uint8Array': () => image,
    'an ArrayBuffer': () => image.slice().buffer,
    'a Blob': () => new Blob([image]),
    'a web stream': () => new Blob([image]).stream(),
    'a body of fetch': () => new Response(image).body as ReadableStream<Uint8Array>,
    'a Node stream': () => Readable.from([image.subarray(0, 50), image.subarray(50)]),
    'a path': () => join(folder, 'photo.png'),
    'a file: URL': () => pathToFileURL(join(folder, 'photo.png')),
  };

  test.each(Object.entries(inputs))('may be %s', async (_, input) => {
    expect((await toGrayscale(input())).bytes).toEqual(expected);
    await expect(toGrayscale(input(), {}, { maxBytes: 60 })).rejects.toMatchObject({
      code: 'FILE_TOO_LARGE',
      message: expect.stringMatching(/^Expected at most 60 bytes but received (\d+|more)\. Raise/),
    });
  });

  test('is also read by a comparison', async () => {
    const path = join(folder, 'photo.png');
    expect(await compareMethods(path)).toEqual(await compareMethods(await readFile(path)));
  });

  test('is read only up to the limit, and then closed', async () => {
    const { state, stream } = endless();
    const conversion = toGrayscale(stream, {}, { maxBytes: 5_000 });
    await expect(conversion).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
    expect(state).toEqual({ chunks: 6, isClosed: true });
  });

  test('that cannot be read fails with its own error', async () => {
    await expect(toGrayscale(join(folder, 'none.png'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a signal', () => {
  const reason = new Error('enough');

  test('that is aborted already starts nothing', async () => {
    const conversion = toGrayscale('/nowhere', {}, { signal: AbortSignal.abort(reason) });
    await expect(conversion).rejects.toBe(reason);
  });

  test('ends the wait for a stream that sends nothing', async () => {
    const stop = new AbortController();
    const silent = new Readable({ read() {} });
    const conversion = toGrayscale(silent, {}, { signal: stop.signal });
    setTimeout(() => stop.abort(reason), 20);
    await expect(conversion).rejects.toBe(reason);
    expect(silent.destroyed).toBe(true);
  });

  test('ends the wait for a web stream that sends nothing', async () => {
    let isCanceled = false;
    const silent = new ReadableStream<Uint8Array>({
      cancel() {
        isCanceled = true;
      },
    });
    const conversion = toGrayscale(silent, {}, { signal: AbortSignal.timeout(20) });
    await expect(conversion).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(isCanceled).toBe(true);
  });

  test('ends a conversion that runs', async () => {
    const stop = new AbortController();
    const opened = await openImage(image, { format: 'avif' }, { signal: stop.signal });
    const conversion = opened.convert();
    stop.abort(reason);
    await expect(conversion).rejects.toBe(reason);
    opened.close();
  });

  test('that is aborted immediately after the call prevents the conversion', async () => {
    const stop = new AbortController();
    const conversion = toGrayscale(image, {}, { signal: stop.signal });
    stop.abort(reason);
    await expect(conversion).rejects.toBe(reason);
  });

  test('that is aborted between opening and converting prevents the conversion', async () => {
    const stop = new AbortController();
    const opened = await openImage(image, {}, { signal: stop.signal });
    stop.abort(reason);
    await expect(opened.convert()).rejects.toBe(reason);
    opened.close();
  });
});

test('a misspelt limit is rejected like a misspelt option', async () => {
  const limits = { maxPixel: 5 } as object;
  await expect(toGrayscale(image, {}, limits)).rejects.toThrow(
    new RangeError(
      'Expected the limits maxBytes, maxPixels, maxPages, timeoutMs, maxOutputBytes or signal but received maxPixel',
    ),
  );
});

test('the depth may be a number', async () => {
  expect((await toGrayscale(image, { depth: 16 })).depth).toBe(16);
});

test('bytes fit Response and Blob, and the types explain every option', async () => {
  const { bytes } = await toGrayscale(image);
  expect((await new Response(bytes).bytes()).length).toBe(new Blob([bytes]).size);
  const source = await readFile('src/convert/recipe/recipe-options.ts', 'utf8');
  const limits = await readFile('src/convert/limits.ts', 'utf8');
  const bodies = [
    /export interface Recipe \{\n(.*?)\n\}/s.exec(source)?.[1],
    /export interface Limits \{\n(.*?)\n\}/s.exec(limits)?.[1],
  ];
  for (const body of bodies) {
    const lines = body?.split('\n') ?? [];
    const bare = lines.filter(
      (line, i) => /^ {2}\w.*;$/.test(line) && !lines[i - 1]?.endsWith('*/'),
    );
    expect([lines.length > 5, bare]).toEqual([true, []]);
  }
});
