import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context } from 'hono';
import { RequestError } from '../problems/problems.ts';
import type { Api } from '../service.ts';

/** Where `npm run build` puts the dashboard: beside the built program, and in dist/ of a checkout. */
const folders = ['../../web/', '../../../dist/web/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

const contentTypes: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Grayscale</title>
<link rel="stylesheet" href="/docs.css">
<h1>Grayscale Image Processor</h1>
<p>The API is up: <a href="/docs">/docs</a>. The dashboard is not built; run <code>npm run build</code>.</p>
</html>`;

/** The dashboard: its files, and its page for every address that a person may have open. */
export function addWebFiles(app: Api): void {
  app.get('/*', async (c, next) => {
    const { path } = c.req;
    if (path.startsWith('/v1/')) return await next();
    const file = await fileAt(path === '/' ? '/index.html' : path);
    if (file) return sendWebFile(c, path, file);
    const isPage = extname(path) === '' && /\btext\/html\b/.test(c.req.header('accept') ?? '');
    if (path !== '/' && !isPage) {
      throw new RequestError('NO_SUCH_ROUTE', `There is no GET ${path}; /docs lists all there is.`);
    }
    const page = await fileAt('/index.html');
    return page ? sendWebFile(c, '/index.html', page) : c.html(notBuilt);
  });
}

function sendWebFile(c: Context, path: string, bytes: Uint8Array): Response {
  const isHashed = path.startsWith('/assets/');
  return c.body(Buffer.from(bytes), 200, {
    'content-type':
      contentTypes[extname(path === '/' ? '.html' : path)] ?? 'text/html; charset=utf-8',
    'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
}

/** A file of the dashboard; a path that could lead out of its folder names none. */
async function fileAt(path: string): Promise<Uint8Array | undefined> {
  if (!/^(\/[\w-][\w.-]*)+$/.test(path)) return undefined;
  for (const folder of folders) {
    try {
      return await readFile(join(folder, path));
    } catch {
      // Not built, or built without it.
    }
  }
  return undefined;
}
