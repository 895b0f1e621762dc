import { OpenAPIHono } from '@hono/zod-openapi';
import { version } from '../version.ts';
import * as imageRoutes from './image-routes.ts';
import * as systemRoutes from './system-routes.ts';
import * as workRoutes from './work-routes.ts';

const routes = [
  ...Object.values(workRoutes),
  ...Object.values(imageRoutes),
  ...Object.values(systemRoutes),
];

/** The OpenAPI 3.1 document of the API. */
export function openApiDocument() {
  const app = new OpenAPIHono();
  for (const route of routes) app.openAPIRegistry.registerPath(route);
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Grayscale Image Processor', version },
  });
}
