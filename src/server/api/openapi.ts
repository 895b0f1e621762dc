import { OpenAPIHono } from '@hono/zod-openapi';
import { version } from '../../version.ts';
import { exportImages, removeImages, retryImages, zipImages } from './bulk-routes.ts';
import {
  getGray,
  getImage,
  getSource,
  listImages,
  removeImage,
  retryImage,
} from './image-routes.ts';
import { compare, distribution, stats, timeline } from './report-routes.ts';
import { about, health, live, metrics, queue, readiness } from './system-routes.ts';
import { convert, receiveEvent, upload } from './work-routes.ts';

/** Every route of the API, in the order of the documentation. */
export const routes = [
  ...[convert, upload, receiveEvent],
  ...[listImages, getImage, getSource, getGray, exportImages, zipImages],
  ...[retryImage, retryImages, removeImage, removeImages],
  live,
  ...[stats, compare, timeline, distribution],
  ...[about, queue, health, readiness, metrics],
];

/** The methods of a path; empty if there is no such route. */
export function methodsOf(path: string): string[] {
  const found = routes.filter((route) =>
    new RegExp(`^${route.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  return found.map(({ method }) => method.toUpperCase());
}

const description = `Upload an image, and a grayscale version of it appears. A row in the database records the outcome and the duration of each stage.

Errors are problem documents (RFC 9457) with a \`code\`; docs/errors.md explains each code. Unknown parameters are rejected. On loopback, no token is required. On other addresses, send \`Authorization: Bearer TOKEN\`, or the token as the password of HTTP Basic authentication.`;

type Document = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

export type OpenApiDocument = ReturnType<typeof openApiDocument>;

/** The OpenAPI 3.1 document of the API. */
export function openApiDocument() {
  const app = new OpenAPIHono();
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'API_TOKEN; not required on loopback.',
  });
  for (const route of routes) app.openAPIRegistry.registerPath(route);
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Grayscale Image Processor', version, description },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    tags: [
      { name: 'Images', description: 'Outcomes, files and retries of uploads.' },
      { name: 'Work', description: 'Conversions, uploads and events.' },
      { name: 'Statistics', description: 'Latency, failures and cost.' },
      { name: 'System', description: 'State of the server.' },
    ],
  });
  describeParametersOnce(document);
  return document;
}

/** The library repeats the description of each parameter in its schema. */
function describeParametersOnce({ paths = {} }: Pick<Document, 'paths'>): void {
  for (const item of Object.values(paths)) {
    for (const operation of [item.get, item.post, item.delete]) {
      for (const parameter of operation?.parameters ?? []) {
        if ('schema' in parameter && parameter.schema && 'description' in parameter.schema) {
          delete parameter.schema.description;
        }
      }
    }
  }
}
