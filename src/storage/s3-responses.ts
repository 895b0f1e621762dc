import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import {
  type FoundObject,
  type ObjectVersion,
  Rejected,
  Timeout,
  Unavailable,
} from '../pipeline/index.ts';
import { findStoreProblem, storeUnreachableAdvice } from './s3-problems.ts';

interface VersionFields {
  ETag?: string | undefined;
  VersionId?: string | undefined;
  ContentLength?: number | undefined;
}

/** The version fields of an S3 response. */
export function readVersion({ ETag, VersionId, ContentLength }: VersionFields): ObjectVersion {
  return {
    etag: (ETag ?? '').replaceAll('"', ''),
    // S3 uses "null" for the one version in a bucket whose versioning is suspended.
    ...(VersionId && VersionId !== 'null' && { versionId: VersionId }),
    sizeBytes: ContentLength ?? 0,
  };
}

/** The version fields with the object's metadata. */
export function readFoundObject(
  response: VersionFields & { Metadata?: Record<string, string> | undefined },
): FoundObject {
  return { ...readVersion(response), metadata: response.Metadata ?? {} };
}

/** Returns undefined for a missing object. A missing bucket is an error. */
export async function undefinedIfMissing<Response>(
  request: Promise<Response>,
  names: string[],
): Promise<Response | undefined> {
  try {
    return await request;
  } catch (error) {
    if (names.includes(sdkErrorName(error))) return undefined;
    throw error;
  }
}

/**
 * Sends requests. Throws `Unavailable`, `Timeout` or `Rejected`, with the SDK's error as the cause.
 */
export function createSender(client: S3Client): S3Client['send'] {
  const send = async (...request: Parameters<S3Client['send']>) => {
    try {
      return await client.send(...request);
    } catch (error) {
      throw toServiceError(error);
    }
  };
  return send as S3Client['send'];
}

/** Translates an error of the SDK, or of a response body, into one of the pipeline's errors. */
export function toServiceError(cause: unknown): Unavailable | Timeout | Rejected {
  const { name, message } = cause instanceof Error ? cause : new Error(String(cause));
  const status = httpStatusOf(cause);
  // For a response without a body, the SDK has no name and no message.
  const received = /^(UnknownError|\d*)$/.test(message)
    ? `HTTP status ${status}`
    : `${name}: ${message}`;
  const text = `Expected the store to answer but received ${received.replace(/\.$/, '')}`;
  if (isTimeout(cause, name)) {
    const advice = storeUnreachableAdvice;
    return new Timeout(`${text}. ${advice}`, { cause, advice });
  }
  const problem = findStoreProblem({ name, message, status });
  if (problem) {
    return new problem.kind(`${text}. ${problem.advice}`, { cause, advice: problem.advice });
  }
  const isRejected = status >= 400 && status < 500 && !transientStatuses.includes(status);
  return isRejected ? new Rejected(text, { cause }) : new Unavailable(text, { cause });
}

/** The SDK also reports broken connections as timeouts. */
function isTimeout(cause: unknown, name: string): boolean {
  const { code } = (cause ?? {}) as { code?: unknown };
  const isBroken = code === 'ECONNRESET' || code === 'EPIPE';
  return ['TimeoutError', 'AbortError', 'RequestTimeout'].includes(name) && !isBroken;
}

/** A proxy that lost its server, a slow request, a conflict, or a store that throttles. */
const transientStatuses = [404, 408, 409, 429];

/** The name of the SDK's error that caused this one. */
export function sdkErrorName(error: unknown): string {
  return causeOf(error) instanceof Error ? (causeOf(error) as Error).name : '';
}

/** The HTTP status of the error response that caused this error; 0 if there was none. */
export function sdkErrorStatus(error: unknown): number {
  return httpStatusOf(causeOf(error));
}

/** The headers of the response that caused this error, with names in lower case. */
export function sdkResponseHeaders(error: unknown): Record<string, string | undefined> {
  const { $response: response } = (causeOf(error) ?? {}) as {
    $response?: { headers?: Record<string, string> };
  };
  return response?.headers ?? {};
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

function httpStatusOf(error: unknown): number {
  const { $metadata: metadata } = (error ?? {}) as { $metadata?: { httpStatusCode?: number } };
  return metadata?.httpStatusCode ?? 0;
}

/** Returns the response body. An error before or after it is read must not end the process. */
export function readableBody({ Body }: { Body?: unknown }): Readable {
  return (Body as Readable).on('error', () => {});
}
