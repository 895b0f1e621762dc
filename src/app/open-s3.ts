import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import type { Config } from '../config/index.ts';

interface S3Options extends S3ClientConfig {
  requestTimeoutMs?: number;
  socketTimeoutMs?: number;
  /** Max connections; further requests wait. */
  maxSockets?: number;
}

/**
 * Opens a client of the configured S3 that limits the time of each request. Close it with
 * `destroy`.
 */
export async function openS3(
  { aws }: Pick<Config, 'aws'>,
  {
    requestTimeoutMs = 60_000,
    socketTimeoutMs = 10_000,
    maxSockets = 50,
    ...options
  }: S3Options = {},
): Promise<S3Client> {
  const { S3Client } = await import('../storage/s3-client.ts');
  const isCustomEndpoint = (aws.s3Endpoint ?? aws.endpoint) !== undefined;
  return new S3Client({
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 3_000,
      socketTimeout: socketTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets },
      httpsAgent: { maxSockets },
    },
    // Other stores lack AWS's virtual-hosted bucket names, and some lack its checksums.
    ...(isCustomEndpoint && {
      region: aws.region ?? 'us-east-1',
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    }),
    ...options,
  });
}
