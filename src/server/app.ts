import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { methodsOf } from './api/openapi.ts';
import { guard } from './guard.ts';
import { createBoundedLog } from './logging/bounded-log.ts';
import { invalidParametersError } from './problems/invalid-parameters.ts';
import { problemResponse, toProblem } from './problems/problem-response.ts';
import { RequestError } from './problems/problems.ts';
import { addConvertRoute } from './routes/convert.ts';
import { addDocumentRoutes } from './routes/documents.ts';
import { addEventRoute } from './routes/events.ts';
import { addSystemRoutes } from './routes/health.ts';
import { addBulkRoutes } from './routes/image-bulk.ts';
import { addExportRoute } from './routes/image-export.ts';
import { addImageFileRoutes } from './routes/image-files.ts';
import { addZipRoute } from './routes/image-zip.ts';
import { addImageRoutes } from './routes/images.ts';
import { addLiveRoute } from './routes/live.ts';
import { addStatisticsRoutes } from './routes/statistics.ts';
import { addUploadRoute } from './routes/uploads.ts';
import { addWebRoutes } from './routes/web-files.ts';
import { noStoreForApi, securityHeaders } from './security-headers.ts';
import type { Api, Service } from './service.ts';
import { createLimiter } from './transfer/limiter.ts';
import { nodeResponseOf } from './transfer/response-end.ts';

/** The API as a function from Request to Response. */
export function createApp(service: Omit<Service, 'limiter'>): Api {
  const { queue } = service.parts;
  service.metrics.addPool(() => service.parts.countConnections());
  if (queue) service.metrics.addQueue(() => queue.readCounts());
  const { config } = service.parts;
  // Admitted requests queue for memory; admitting more would only lengthen the queue.
  const fullService: Service = {
    ...service,
    limiter: createLimiter(Math.max(16, 4 * config.capacity.concurrency)),
  };
  const app: Api = new OpenAPIHono({
    defaultHook: (result, c) => {
      if (result.success) return;
      throw invalidParametersError(result.error, { ...c.req.query(), ...c.req.param() });
    },
  });

  app.use(observeRequests(service));
  app.use(cancelHeadBody);
  app.use(securityHeaders);
  app.use('/v1/*', noStoreForApi);
  app.use(guard(config.server));
  app.use(rejectWhileStopping(service.stopping));
  app.onError((error, c) =>
    problemResponse(
      c,
      toProblem(error, (cause) => logError(service, c.req, cause)),
    ),
  );
  app.notFound(rejectUnknownRoute);

  for (const add of [
    addConvertRoute,
    addUploadRoute,
    addEventRoute,
    addBulkRoutes,
    addExportRoute,
    addZipRoute,
    addImageRoutes,
    addImageFileRoutes,
    addLiveRoute,
    addStatisticsRoutes,
    addSystemRoutes,
    addDocumentRoutes,
  ]) {
    add(app, fullService);
  }
  addWebRoutes(app);
  return app;
}

/** The outermost middleware, so that it also counts rejected requests. */
function observeRequests({ log, metrics }: Pick<Service, 'log' | 'metrics'>): MiddlewareHandler {
  const logBounded = createBoundedLog(log);
  return async (c, next) => {
    const startedAt = performance.now();
    const end = metrics.beginRequest();
    try {
      await next();
    } finally {
      end();
    }
    const seconds = (performance.now() - startedAt) / 1e3;
    const { method, path } = c.req;
    const { status } = c.res;
    metrics.observeRequest({ method, route: routePath(c), status, seconds });
    if (!rejectedStatuses.has(status)) return;
    const from = nodeResponseOf(c)?.req.socket.remoteAddress;
    logBounded('warn', 'refused', { method, path: path.slice(0, 200), status, from });
  };
}

/** Unauthorized, cross-site, wrong host. */
const rejectedStatuses = new Set([401, 403, 421]);

/** Without this, clients could send new requests on open connections indefinitely. */
function rejectWhileStopping(stopping: AbortSignal): MiddlewareHandler {
  return async (c, next) => {
    if (stopping.aborted && c.req.path !== '/readyz') {
      c.header('connection', 'close');
      throw new RequestError(
        'TRY_AGAIN',
        'The server is stopping. Send the request to another server, or retry later.',
      );
    }
    await next();
  };
}

/** Cancels the body that a handler created for HEAD: it is never read and may hold resources. */
const cancelHeadBody: MiddlewareHandler = async (c, next) => {
  await next();
  if (c.req.method === 'HEAD') await c.res.body?.cancel();
};

function rejectUnknownRoute(c: Context): never {
  const { method, path } = c.req;
  const allowed = methodsOf(path);
  if (allowed.length === 0) {
    throw new RequestError(
      'NO_SUCH_ROUTE',
      `There is no ${method} ${path}; /docs lists all routes.`,
    );
  }
  c.header('allow', allowed.join(', '));
  throw new RequestError(
    'METHOD_NOT_ALLOWED',
    `Expected ${allowed.join(' or ')} for ${path} but received ${method}.`,
  );
}

function logError(
  { log }: Pick<Service, 'log'>,
  request: { method: string; path: string },
  cause: Error,
) {
  log('error', 'request failed', {
    method: request.method,
    path: request.path,
    reason: cause.message || cause.name,
    stack: cause.stack,
  });
}
