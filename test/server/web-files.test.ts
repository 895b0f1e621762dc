import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenAPIHono } from '@hono/zod-openapi';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addWebRoutes } from '../../src/server/routes/web-files.ts';

const app = new OpenAPIHono();
let parent: string;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'web-files-'));
  await mkdir(join(parent, 'web/assets'), { recursive: true });
  await writeFile(join(parent, 'secret.html'), 'not of the dashboard');
  await writeFile(join(parent, 'web/index.html'), 'the page');
  await writeFile(join(parent, 'web/icon.svg'), '<svg/>');
  await writeFile(join(parent, 'web/assets/index-1a2b.js'), 'export {};');
  addWebRoutes(app, [join(parent, 'not-built'), join(parent, 'web')]);
});
afterAll(() => rm(parent, { recursive: true }));

test.each([
  ['/', 'the page', 'text/html', 'no-cache'],
  ['/icon.svg', '<svg/>', 'image/svg+xml', 'no-cache'],
  ['/assets/index-1a2b.js', 'export {};', 'text/javascript', 'public, max-age=31536000, immutable'],
])('%s is a file of the dashboard', async (path, text, type, cacheControl) => {
  const response = await app.request(path);
  expect(await response.text()).toBe(text);
  expect(response.headers.get('content-type')).toContain(type);
  expect(response.headers.get('cache-control')).toBe(cacheControl);
});

const browser = { accept: 'text/html,application/xhtml+xml;q=0.9' };

test.each(['/images/42', '/assets', '/compare'])(
  '%s returns the page when a browser opens it',
  async (path) => {
    const response = await app.request(path, { headers: browser });
    expect(await response.text()).toBe('the page');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect((await app.request(path)).status).toBe(404);
  },
);

test.each(['/v1/nope', '/nope.js', '/assets/nope.js'])(
  '%s never returns the page',
  async (path) => {
    const response = await app.request(path, { headers: browser });
    expect(response.status).toBe(404);
    expect(response.headers.get('cache-control')).toBe(null);
  },
);

test.each([
  '/../secret.html',
  '/%2e%2e/secret.html',
  '/..%2fsecret.html',
  '/..%5csecret.html',
  '/assets/..%2f..%2fsecret.html',
  '//secret.html',
  '/icon.svg%00',
])('%s finds no file', async (path) => {
  expect((await app.request(path)).status).toBe(404);
});

test('HEAD returns the headers of the file and no body', async () => {
  const response = await app.request('/assets/index-1a2b.js', { method: 'HEAD' });
  expect(response.headers.get('content-length')).toBe('10');
  expect(await response.text()).toBe('');
});

test('a dashboard that is not built is replaced by a page that says so', async () => {
  const unbuilt = new OpenAPIHono();
  addWebRoutes(unbuilt, [join(parent, 'not-built')]);
  expect(await (await unbuilt.request('/')).text()).toContain('npm run build');
});
