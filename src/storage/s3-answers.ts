import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import {
  type FoundFile,
  type ObjectVersion,
  Rejected,
  Timeout,
  Unavailable,
} from '../pipeline/index.ts';

interface VersionFields {
  ETag?: string | undefined;
  VersionId?: string | undefined;
  ContentLength?: number | undefined;
}

/** What an answer of S3 says of an object's content. */
export function versionOf({ ETag, VersionId, ContentLength }: VersionFields): ObjectVersion {
  return {
    etag: (ETag ?? '').replaceAll('"', ''),
    // "null" is what S3 calls the one version in a bucket that stopped keeping them.
    ...(VersionId && VersionId !== 'null' && { versionId: VersionId }),
    sizeBytes: ContentLength ?? 0,
  };
}

/** The same, with what was stored next to it. */
export function foundOf(
  response: VersionFields & { Metadata?: Record<string, string> | undefined },
): FoundFile {
  return { ...versionOf(response), metadata: response.Metadata ?? {} };
}

/** A missing object is an answer and not an error. A missing bucket is an error. */
export async function unlessGone<Response>(
  request: Promise<Response>,
  names: string[],
): Promise<Response | undefined> {
  try {
    return await request;
  } catch (error) {
    if (names.includes(nameOf(error))) return undefined;
    throw error;
  }
}

/** Sends requests. Throws `Unavailable`, `Timeout` or `Rejected`, with the SDK's error as the cause. */
export function sender(client: S3Client): S3Client['send'] {
  const send = async (...request: Parameters<S3Client['send']>) => {
    try {
      return await client.send(...request);
    } catch (error) {
      throw translate(error);
    }
  };
  return send as S3Client['send'];
}

/** What the pipeline calls an error of the SDK, or of the body of an answer. */
export function translate(cause: unknown): Unavailable | Timeout | Rejected {
  const { name, message } = cause instanceof Error ? cause : new Error(String(cause));
  const text = `Expected the store to answer but received ${name}: ${message}`;
  if (isTimeout(cause, name)) return new Timeout(text, { cause });
  const status = httpStatusOf(cause);
  const isRefused = status >= 400 && status < 500 && !passingStatuses.includes(status);
  return isRefused ? new Rejected(text, { cause }) : new Unavailable(text, { cause });
}

/** The SDK calls connections that broke timeouts as well. */
function isTimeout(cause: unknown, name: string): boolean {
  const { code } = (cause ?? {}) as { code?: unknown };
  const isBroken = code === 'ECONNRESET' || code === 'EPIPE';
  return ['TimeoutError', 'AbortError', 'RequestTimeout'].includes(name) && !isBroken;
}

/** Of a proxy that has lost its server, of a conflict, and of a store that is asked too often. */
const passingStatuses = [404, 408, 409, 429];

/** The name of the SDK's error behind a translated one. */
export function nameOf(error: unknown): string {
  return causeOf(error) instanceof Error ? (causeOf(error) as Error).name : '';
}

/** The HTTP status of an answer that was an error; 0 where nothing answered. */
export function statusOf(error: unknown): number {
  return httpStatusOf(causeOf(error));
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

function httpStatusOf(error: unknown): number {
  const { $metadata: metadata } = (error ?? {}) as { $metadata?: { httpStatusCode?: number } };
  return metadata?.httpStatusCode ?? 0;
}

/** The body of an answer. One that fails before or after it is read must not end the process. */
export function bodyOf({ Body }: { Body?: unknown }): Readable {
  return (Body as Readable).on('error', () => {});
}
