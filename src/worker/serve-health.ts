import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listen } from '../process/listen.ts';
import type { Metrics } from '../process/metrics.ts';
import { version } from '../version.ts';

interface HealthOptions {
  host: string;
  /** 0 picks a free port. */
  port: number;
  metrics: Metrics;
  /** Whether the worker can work, and what it checked. */
  checkReadiness(): Promise<{ ready: boolean; checks: object }>;
}

/**
 * Serves `/healthz`, `/readyz` and `/metrics` as the API does, for probes and Prometheus. Returns
 * its URL and a function that closes it. Throws if it cannot listen.
 */
export async function serveHealth({ host, port, metrics, checkReadiness }: HealthOptions) {
  async function answer(path: string, response: ServerResponse): Promise<void> {
    switch (path) {
      case '/healthz':
        sendJson(response, 200, { status: 'ok', version });
        return;
      case '/readyz': {
        const readiness = await checkReadiness();
        sendJson(response, readiness.ready ? 200 : 503, readiness);
        return;
      }
      case '/metrics':
        response.writeHead(200, { 'content-type': metrics.contentType });
        response.end(await metrics.text());
        return;
      default:
        sendJson(response, 404, { title: 'Not found.', status: 404 });
    }
  }

  const server = createServer(
    { requestTimeout: 10_000, maxHeaderSize: 8_192 },
    (request, response) => {
      answer(request.url?.split('?')[0] ?? '', response).catch((error: Error) => {
        sendJson(response, 500, { title: error.message, status: 500 });
      });
    },
  );
  await listen(server, { host, port, portVariable: 'WORKER_PORT' });
  server.on('error', () => {});
  const { port: boundPort } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  if (!response.headersSent) response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}
