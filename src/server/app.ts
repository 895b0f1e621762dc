import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { methodsOf } from './api/openapi.ts';
import { guard } from './guard.ts';
import { createBoundedLog } from './logging/bounded-log.ts';
import { invalidParameters } from './problems/invalid-parameters.ts';
import { problemResponse, toProblem } from './problems/problem-response.ts';
import { RequestError } from './problems/problems.ts';
import { addConvert } from './routes/convert.ts';
import { addDocuments } from './routes/documents.ts';
import { addEvents } from './routes/events.ts';
import { addHealth } from './routes/health.ts';
import { addImageFiles } from './routes/image-files.ts';
import { addImages } from './routes/images.ts';
import { addLive } from './routes/live.ts';
import { addStatistics } from './routes/statistics.ts';
import { addUploads } from './routes/uploads.ts';
import { addWebFiles } from './routes/web-files.ts';
import { noStoreForApi, securityHeaders } from './security-headers.ts';
import type { Api, Service } from './service.ts';
import { createGate } from './transfer/gate.ts';
import { outgoingOf } from './transfer/response-end.ts';

/** The API as a function from Request to Response. */
export function createApp(service: Omit<Service, 'gate'>): Api {
  const { config } = service.parts;
  // Admitted requests queue for memory; admitting more would only lengthen the queue.
  const fullService: Service = {
    ...service,
    gate: createGate(Math.max(16, 4 * config.capacity.concurrency)),
  };
  const app: Api = new OpenAPIHono({
    defaultHook: (result, c) => {
      if (result.success) return;
      throw invalidParameters(result.error, { ...c.req.query(), ...c.req.param() });
    },
  });

  app.use(observe(service));
  app.use(cancelHeadBody);
  app.use(securityHeaders);
  app.use('/v1/*', noStoreForApi);
  app.use(guard(config.server));
  app.use(refuseWhile(service.stopping));
  app.onError((error, c) =>
    problemResponse(
      c,
      toProblem(error, (cause) => logError(service, c.req, cause)),
    ),
  );
  app.notFound((c) => refuseUnknownRoute(c));

  for (const add of [
    addConvert,
    addUploads,
    addEvents,
    addImages,
    addImageFiles,
    addLive,
    addStatistics,
    addHealth,
    addDocuments,
  ]) {
    add(app, fullService);
  }
  addWebFiles(app);
  return app;
}

/** The outermost middleware, so that refused requests are counted as well. */
function observe({ log, metrics }: Pick<Service, 'log' | 'metrics'>): MiddlewareHandler {
  const bounded = createBoundedLog(log);
  return async (c, next) => {
    const startedAt = performance.now();
    await next();
    const seconds = (performance.now() - startedAt) / 1e3;
    const { method, path } = c.req;
    const { status } = c.res;
    metrics.request({ method, route: routePath(c), status, seconds });
    if (!refusedStatuses.has(status)) return;
    const from = outgoingOf(c)?.req.socket.remoteAddress;
    bounded('warn', 'refused', { method, path: path.slice(0, 200), status, from });
  };
}

/** Unauthorized, cross-site, wrong host. */
const refusedStatuses = new Set([401, 403, 421]);

/** Without this, kept-alive connections could send new requests indefinitely. */
function refuseWhile(stopping: AbortSignal): MiddlewareHandler {
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

function refuseUnknownRoute(c: Context): Response {
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
