import type { Readable } from 'node:stream';
import type { FoundFile, ObjectVersion } from '../pipeline/index.ts';

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

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** The HTTP status of an answer that was an error. */
export function statusOf(error: unknown): number | undefined {
  const { $metadata: metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return metadata?.httpStatusCode;
}

/** The body of an answer. One that fails before or after it is read must not end the process. */
export function bodyOf({ Body }: { Body?: unknown }): Readable {
  return (Body as Readable).on('error', () => {});
}
