import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { type Config, readAwsCredentials } from '../config/index.ts';
import type { DirectTerms, S3Access } from '../storage/s3-connection.ts';
import { plainRoute } from '../storage/s3-plain-route.ts';
import { version } from '../version.ts';

type S3Config = Pick<Config, 'aws'>;

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
  config: S3Config,
  {
    requestTimeoutMs = 60_000,
    socketTimeoutMs = 10_000,
    maxSockets = 50,
    ...options
  }: S3Options = {},
): Promise<S3Client> {
  const { S3Client } = await import('../storage/s3-client.ts');
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
    ...(customEndpoint(config) !== undefined && {
      region: config.aws.region ?? otherRegion,
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    }),
    ...options,
  });
}

/**
 * Opens the configured S3 for an object store. The SDK is loaded by the first request that needs
 * it.
 */
export async function openS3Access(config: S3Config): Promise<S3Access & { close(): void }> {
  const { createHttpClient } = await import('../storage/http-client.ts');
  const http = createHttpClient();
  let client: Promise<S3Client> | undefined;
  return {
    http,
    terms: plainTerms(config),
    loadClient() {
      client ??= openS3(config);
      return client;
    },
    close() {
      http.close();
      client?.then(
        (opened) => opened.destroy(),
        () => {},
      );
    },
  };
}

/** Undefined if the environment has more than credentials, a region and an endpoint. */
function plainTerms(config: S3Config): DirectTerms | undefined {
  const credentials = readAwsCredentials();
  const endpoint = customEndpoint(config);
  const region = config.aws.region ?? (endpoint === undefined ? undefined : otherRegion);
  if (credentials === undefined || region === undefined) return undefined;
  const userAgent = `grayscale-image-processor/${version}`;
  return {
    routeOf: (bucket) => plainRoute(bucket, { region, endpoint, userAgent }),
    credentials: () => credentials,
    systemClockOffset: 0,
    sendsChecksums: endpoint === undefined,
    readsChecksums: endpoint === undefined,
  };
}

/** Stores outside AWS ignore it, but it is signed. */
const otherRegion = 'us-east-1';

function customEndpoint({ aws }: S3Config): string | undefined {
  return aws.s3Endpoint ?? aws.endpoint;
}
