// A client that oazapfts generates from the OpenAPI document compiles, and calls the server.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApiDocument } from '../../src/server/api/openapi.ts';
import { addImage, startApi, type TestApi } from '../../testing/server.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const runScript = (script: string, ...args: string[]) =>
  run(process.execPath, [join(root, 'node_modules', script), ...args], { cwd: folder });

/** What a program would write. Its types are checked with the client's. */
const program = `
import { defaults, getImage, listImages, ok, upload, type Image } from './client.ts';

export async function use(fetch: typeof globalThis.fetch, file: Blob) {
  Object.assign(defaults, { baseUrl: 'http://localhost', fetch });
  const { images } = await ok(listImages({ status: 'converted', limit: 1 }));
  const [image]: Image[] = images;
  if (!image) throw new Error('Expected an image.');
  const { source } = await ok(getImage(image.id));
  const stored = await upload('other.png', file, { ifExists: 'error' });
  const again = await upload('other.png', file, { ifExists: 'error' });
  return {
    key: source.key,
    sizeBytes: stored.status === 202 ? stored.data.sizeBytes : undefined,
    code: again.status === 409 ? again.data.code : undefined,
  };
}
`;

let api: TestApi;
/** In the checkout, where the client finds its runtime; git ignores it. */
let folder: string;

beforeAll(async () => {
  await mkdir(join(root, 'coverage'), { recursive: true });
  [api, folder] = await Promise.all([startApi(), mkdtemp(join(root, 'coverage/client-'))]);
  await writeFile(join(folder, 'openapi.json'), JSON.stringify(openApiDocument()));
  await runScript('oazapfts/dist/cli.js', 'openapi.json', 'client.ts');
  // Its helper that returns the data of a success, or throws.
  const client = await readFile(join(folder, 'client.ts'), 'utf8');
  await writeFile(
    join(folder, 'client.ts'),
    `${client}\nexport { ok } from '@oazapfts/runtime';\n`,
  );
  await writeFile(join(folder, 'program.ts'), program);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await api.close();
});

test('compiles in strict mode', async () => {
  const options = ['--strict', '--noEmit', '--skipLibCheck', '--allowImportingTsExtensions'];
  const environment = ['--target', 'es2024', '--module', 'nodenext', '--lib', 'es2024,dom'];
  const sources = ['--ignoreConfig', '--types', 'node', 'program.ts'];
  const compiled = runScript('typescript/bin/tsc', ...options, ...environment, ...sources);
  await expect(compiled).resolves.toMatchObject({ stdout: '' });
}, 60_000);

test('calls the server', async () => {
  const image = await readFile(join(root, 'samples/logo.png'));
  await addImage(api, 'logo.png', image);
  const { use } = await import(join(folder, 'program.ts'));
  // Without a port, nothing else adds the length.
  const fetch = (url: string, init: RequestInit) => {
    const headers = new Headers(init.headers);
    if (init.body) headers.set('content-length', String(image.length));
    return api.request(url, { ...init, headers });
  };
  expect(await use(fetch, new Blob([image]))).toEqual({
    ...{ key: 'logo.png', sizeBytes: image.length, code: 'KEY_EXISTS' },
  });
});
