import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Lambda’s side of the Runtime API: hands out events and receives the results. */
interface RuntimeApi {
  /** Host and port, in the form of `AWS_LAMBDA_RUNTIME_API`. */
  address: string;
  /** Resolves to what the function returns, and rejects with what it throws. */
  invoke(event: unknown): Promise<unknown>;
  /** Fails all invocations, including later ones: the function is gone. */
  failAll(reason: Error): void;
  close(): void;
}

/** An error of a function, as it is sent to Lambda. */
class FunctionError extends Error {
  readonly trace: string[];

  constructor({ errorType, errorMessage, trace }: Record<string, unknown>) {
    super(String(errorMessage));
    this.name = String(errorType);
    this.trace = trace as string[];
  }
}

interface Invocation extends PromiseWithResolvers<unknown> {
  id: string;
  event: unknown;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
export async function startRuntimeApi({ timeoutMs = 60_000 } = {}): Promise<RuntimeApi> {
  const waiting: Invocation[] = [];
  const running = new Map<string, Invocation>();
  let idle: ServerResponse | undefined;
  let failure: Error | undefined;

  const server = createServer(async (request, response) => {
    if (request.url?.endsWith('/invocation/next')) {
      idle = response;
      dispatch();
      return;
    }
    await receiveResult(request);
    response.writeHead(202).end('{"status":"OK"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function receiveResult(request: IncomingMessage): Promise<void> {
    const body = JSON.parse(await text(request));
    const [, id = '', outcome] =
      /invocation\/([^/]+)\/(response|error)$/.exec(request.url ?? '') ?? [];
    const invocation = running.get(id);
    if (!invocation) return failAll(new FunctionError(body));
    running.delete(id);
    if (outcome === 'response') invocation.resolve(body);
    else invocation.reject(new FunctionError(body));
  }

  function dispatch(): void {
    const invocation = idle && waiting.shift();
    if (!idle || !invocation) return;
    running.set(invocation.id, invocation);
    idle.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': invocation.id,
      'lambda-runtime-deadline-ms': String(Date.now() + timeoutMs),
      'lambda-runtime-invoked-function-arn':
        'arn:aws:lambda:us-east-1:000000000000:function:grayscale-test',
    });
    idle.end(JSON.stringify(invocation.event));
    idle = undefined;
  }

  function failAll(reason: Error): void {
    failure ??= reason;
    for (const { reject } of [...waiting.splice(0), ...running.values()]) reject(failure);
    running.clear();
  }

  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    failAll,
    invoke(event) {
      if (failure) return Promise.reject(failure);
      const invocation = { id: randomUUID(), event, ...Promise.withResolvers<unknown>() };
      waiting.push(invocation);
      dispatch();
      return invocation.promise;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
