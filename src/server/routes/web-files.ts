import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveStatic } from '@hono/node-server/serve-static';
import type { Context, MiddlewareHandler } from 'hono';
import type { Api } from '../service.ts';

/** Where `npm run build` puts the dashboard, as seen from dist/chunks/ and from the sources. */
const builtFolders = ['../web/', '../../../dist/web/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

const notBuiltPage = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Grayscale</title>
<link rel="stylesheet" href="/docs.css">
<h1>Grayscale Image Processor</h1>
<p>The API is running: see <a href="/docs">/docs</a>. The dashboard is not built. Run <code>npm run build</code> and restart the server.</p>
</html>`;

/** The folder of the dashboard's files; undefined if it is not built. */
export function findWebFolder(folders: string[] = builtFolders): string | undefined {
  return folders.find((folder) => existsSync(join(folder, 'index.html')));
}

/** Serves the dashboard's files, and its page at every path of the dashboard. */
export function addWebRoutes(app: Api, folders = builtFolders): void {
  const root = findWebFolder(folders);
  if (root !== undefined) app.get('/*', cacheHashed, serveStatic({ root }));
  const page: MiddlewareHandler =
    root === undefined
      ? async (c) => c.html(notBuiltPage)
      : serveStatic({ root, path: 'index.html' });
  app.get('/*', async (c, next) => (isPage(c) ? await page(c, next) : await next()));
}

/** Files with a hash in their name never change; browsers revalidate all others. */
const cacheHashed: MiddlewareHandler = async (c, next) => {
  await next();
  if (!c.res.ok) return;
  const isHashed = c.req.path.startsWith('/assets/');
  c.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
};

function isPage(c: Context): boolean {
  const { path } = c.req;
  if (path === '/') return true;
  const acceptsPage = /\btext\/html\b/.test(c.req.header('accept') ?? '');
  return acceptsPage && extname(path) === '' && !path.startsWith('/v1/');
}
