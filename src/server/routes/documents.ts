import { serveStatic } from '@hono/node-server/serve-static';
import type { MiddlewareHandler } from 'hono';
import { openApiDocument } from '../api/openapi.ts';
import type { Api } from '../service.ts';
import { docsPage, docsStyle } from './docs-page.ts';
import { findWebFolder } from './web-files.ts';

/** `/openapi.json`, the interactive page `/docs`, and `/docs/plain` for browsers without scripts. */
export function addDocumentRoutes(app: Api): void {
  const root = findWebFolder();
  const document = openApiDocument();
  const text = JSON.stringify(document, null, 2);
  const plainPage = String(docsPage(document));
  const sendPlainPage: MiddlewareHandler = async (c) => c.html(plainPage);

  app.get('/openapi.json', (c) => c.body(text, 200, { 'content-type': 'application/json' }));
  app.get(
    '/docs',
    restrictDocs,
    root === undefined ? sendPlainPage : serveStatic({ root, path: 'docs.html' }),
  );
  app.get('/docs/plain', sendPlainPage);
  app.get('/docs.css', (c) => c.body(docsStyle, 200, { 'content-type': 'text/css' }));
}

/**
 * The code of Swagger UI is not ours: it may load and send only what it needs, from this server.
 * `data:` is for its icons, and `blob:` for images that a call returned.
 */
const docsPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const restrictDocs: MiddlewareHandler = async (c, next) => {
  await next();
  c.header('content-security-policy', docsPolicy);
  c.header('cache-control', 'no-cache');
};
