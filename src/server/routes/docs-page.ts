import { html } from 'hono/html';
import type { OpenApiDocument } from '../api/openapi.ts';

// This page has no scripts, because the Content-Security-Policy allows none from other origins.

/** The OpenAPI document as a readable page. */
export function docsPage(document: OpenApiDocument) {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ path, method, operation }] : [];
    }),
  );
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${document.info.title}: API</title>
<link rel="stylesheet" href="/docs.css">
</head>
<body>
<header><h1>${document.info.title}</h1><p>Version ${document.info.version}. For programs: <a href="/openapi.json">openapi.json</a></p>
${(document.info.description ?? '').split('\n\n').map((text) => html`<p>${text}</p>`)}</header>
<nav><ul>${operations.map(({ method, path }) => html`<li><a href="#${method}${path}"><code>${method.toUpperCase()} ${path}</code></a></li>`)}</ul></nav>
<main>${operations.map(operationSection)}</main>
</body>
</html>`;
}

const methods = ['get', 'post', 'delete'] as const;

type Operation = NonNullable<NonNullable<OpenApiDocument['paths']>[string]['get']>;

function operationSection({
  path,
  method,
  operation,
}: {
  path: string;
  method: string;
  operation: Operation;
}) {
  const parameters = (operation.parameters ?? []) as Parameter[];
  return html`<section id="${method}${path}">
<h2><code>${method.toUpperCase()} ${path}</code></h2>
<p><strong>${operation.summary}.</strong> ${operation.description ?? ''}</p>
${parameters.length > 0 ? parameterTable(parameters) : ''}
${responseTable(operation)}
</section>`;
}

/** The fields of a parameter that this page shows. */
interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: {
    type?: string;
    enum?: string[];
    default?: unknown;
    minimum?: number;
    maximum?: number;
  };
}

function parameterTable(parameters: Parameter[]) {
  return html`<table><thead><tr><th>parameter</th><th>in</th><th>description</th></tr></thead><tbody>
${parameters.map(({ name, in: location, required, description, schema = {} }) => {
  const allowed = schema.enum?.join(', ') ?? formatRange(schema);
  const defaultText = schema.default === undefined ? '' : ` Default: ${schema.default}.`;
  return html`<tr><td><code>${name}</code>${required ? ' (required)' : ''}</td><td>${location}</td><td>${description ?? ''} ${allowed}${defaultText}</td></tr>`;
})}</tbody></table>`;
}

function formatRange({ minimum, maximum }: NonNullable<Parameter['schema']>): string {
  return minimum === undefined ? '' : `${minimum} to ${maximum}.`;
}

function responseTable({ responses = {} }: Operation) {
  return html`<table><thead><tr><th>response</th><th>description</th></tr></thead><tbody>
${Object.entries(responses).map(
  ([status, response]) =>
    html`<tr><td>${status}</td><td>${(response as { description: string }).description}</td></tr>`,
)}</tbody></table>`;
}

export const docsStyle = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
h2 { margin-top: 2.5rem; font-size: 1.1rem; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0; font-size: 0.9rem; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid #8884; }
nav ul { columns: 2; padding-left: 1rem; }
`;
