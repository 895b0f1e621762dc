import { hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import type { ObjectRef } from '../pipeline/index.ts';
import { encodeKey, learnRoutes, type Route } from './s3-routes.ts';
import { signRequest } from './s3-signature.ts';

/** A request for one object. */
export interface DirectRequest {
  method: 'GET' | 'HEAD' | 'PUT';
  headers?: Record<string, string>;
  body?: Uint8Array;
  /** The checksum of the body in hex. */
  bodySha256?: string;
}

/** The facts of a response, named as the SDK names them. */
export interface DirectResponse {
  ETag?: string;
  VersionId?: string;
  ContentLength?: number;
  CacheControl?: string;
  Metadata: Record<string, string>;
  Body: Readable;
}

export interface DirectOptions {
  /** The trace of the current invocation, by which AWS stops functions that trigger themselves. */
  traceId?: (() => string | undefined) | undefined;
}

/** Resolves to undefined if the SDK must send the request. */
export type SendDirectly = (
  ref: ObjectRef,
  request: DirectRequest,
) => Promise<DirectResponse | undefined>;

const emptySha256 = hash('sha256', '');

/**
 * Sends requests without the SDK's middleware, which takes more CPU than converting a small image.
 * The SDK keeps everything but the usual case: it sends the first request for a bucket, provides
 * the credentials and connections, and repeats each request that did not succeed. Only then does it
 * retry, wait, correct the clock and name the error.
 */
export function createDirectSender(
  client: S3Client,
  { traceId = () => undefined }: DirectOptions = {},
): SendDirectly {
  const routes = learnRoutes(client);
  const { config } = client;

  async function send(ref: ObjectRef, route: Route, request: DirectRequest) {
    const { method, body, bodySha256 = emptySha256 } = request;
    const path = route.prefix + encodeKey(ref.key);
    const signed = signRequest(
      { method, path, headers: { ...request.headers, host: route.host }, bodySha256 },
      {
        credentials: await config.credentials(),
        region: route.region,
        at: new Date(Date.now() + config.systemClockOffset),
      },
    );
    const trace = traceId();
    const headers = {
      ...signed,
      'user-agent': route.userAgent,
      ...(trace && { 'x-amzn-trace-id': trace }),
      ...(body && { 'content-length': String(body.byteLength) }),
    };
    const { protocol, hostname, port } = route;
    const sent = { method, protocol, hostname, port, path, headers, body, query: {} };
    const { response } = await config.requestHandler.handle(
      sent as unknown as Parameters<typeof config.requestHandler.handle>[0],
    );
    return response as { statusCode: number; headers: Record<string, string>; body: Readable };
  }

  return async (ref, request) => {
    const route = routes.get(ref.bucket);
    if (!route) return undefined;
    const response = await send(ref, route, request).catch(() => undefined);
    if (!response) return undefined;
    const { statusCode, headers, body } = response;
    // A connection is reused only after its response was read.
    if (statusCode !== 200 || request.method !== 'GET') body.on('error', () => {}).resume();
    return statusCode === 200 ? readResponse(headers, body) : undefined;
  };
}

const metadataPrefix = 'x-amz-meta-';

function readResponse(headers: Record<string, string>, Body: Readable): DirectResponse {
  const { etag, 'x-amz-version-id': versionId, 'content-length': contentLength } = headers;
  const { 'cache-control': cacheControl } = headers;
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith(metadataPrefix));
  return {
    ...(etag !== undefined && { ETag: etag }),
    ...(versionId !== undefined && { VersionId: versionId }),
    ...(contentLength !== undefined && { ContentLength: Number(contentLength) }),
    ...(cacheControl !== undefined && { CacheControl: cacheControl }),
    Metadata: Object.fromEntries(
      metadata.map(([name, value]) => [name.slice(metadataPrefix.length), value]),
    ),
    Body,
  };
}
