import { hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { signRequest } from '../aws/signature.ts';
import type { ObjectRef } from '../pipeline/index.ts';
import { type Checksum, checksumIn } from './s3-checksum.ts';
import type { DirectTerms, S3Connection } from './s3-connection.ts';
import type { DirectRequest } from './s3-put.ts';
import { encodeKey, type Route } from './s3-routes.ts';

/** The facts of a response, named as the SDK names them. */
export interface DirectResponse {
  ETag?: string;
  VersionId?: string;
  ContentLength?: number;
  CacheControl?: string;
  Metadata: Record<string, string>;
  Body: Readable;
  /** Of the whole body, if the store has one. */
  checksum?: Checksum;
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
 * The SDK keeps everything but the usual case: it repeats each request that did not succeed. Only
 * then does it retry, wait, correct the clock and name the error.
 */
export function createDirectSender(
  { terms, http }: Pick<S3Connection, 'terms' | 'http'>,
  { traceId = () => undefined }: DirectOptions = {},
): SendDirectly {
  async function send(ref: ObjectRef, request: DirectRequest, known: DirectTerms, route: Route) {
    const { method, body, bodySha256 = emptySha256 } = request;
    const path = route.prefix + encodeKey(ref.key);
    const requested = {
      ...request.headers,
      host: route.host,
      ...(method === 'GET' && known.readsChecksums && { 'x-amz-checksum-mode': 'ENABLED' }),
    };
    const signed = signRequest(
      { method, path, headers: requested, bodySha256 },
      {
        credentials: await known.credentials(),
        region: route.region,
        service: 's3',
        at: new Date(Date.now() + known.systemClockOffset),
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
    return await http.send({ method, protocol, hostname, port, path, headers, body });
  }

  return async (ref, request) => {
    const known = terms();
    const route = known?.routeOf(ref.bucket);
    if (!known || !route) return undefined;
    const response = await send(ref, request, known, route).catch(() => undefined);
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
  const checksum = checksumIn(headers);
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith(metadataPrefix));
  return {
    ...(etag !== undefined && { ETag: etag }),
    ...(versionId !== undefined && { VersionId: versionId }),
    ...(contentLength !== undefined && { ContentLength: Number(contentLength) }),
    ...(cacheControl !== undefined && { CacheControl: cacheControl }),
    ...(checksum && { checksum }),
    Metadata: Object.fromEntries(
      metadata.map(([name, value]) => [name.slice(metadataPrefix.length), value]),
    ),
    Body,
  };
}
