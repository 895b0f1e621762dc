import { openApiDocument } from '../api/openapi.ts';
import type { Api } from '../service.ts';
import { docsPage, docsStyle } from './docs-page.ts';

/** `/openapi.json`, and `/docs` as a readable page. */
export function addDocumentRoutes(app: Api): void {
  const document = openApiDocument();
  const text = JSON.stringify(document, null, 2);
  const page = String(docsPage(document));

  app.get('/openapi.json', (c) => c.body(text, 200, { 'content-type': 'application/json' }));
  app.get('/docs', (c) => c.html(page));
  app.get('/docs.css', (c) => c.body(docsStyle, 200, { 'content-type': 'text/css' }));
}
