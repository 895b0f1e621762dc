import type { S3Client } from '@aws-sdk/client-s3';
import type { SigningTerms } from '../aws/signature.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { learnRoutes, type Route } from './s3-routes.ts';
import type { SdkRequests } from './s3-sdk-requests.ts';

/** How requests are sent without the SDK. */
export interface DirectTerms {
  routeOf(bucket: string): Route | undefined;
  credentials(): SigningTerms['credentials'] | Promise<SigningTerms['credentials']>;
  /** How far this clock is behind the store’s, in milliseconds. */
  systemClockOffset: number;
  /** The store keeps a checksum that is sent with an object. */
  sendsChecksums: boolean;
  /** The store returns the checksums that it keeps, to be compared. */
  readsChecksums: boolean;
}

/** Access to an S3 or compatible store. */
export interface S3Access {
  /** Returns the SDK’s client, which takes longer to load than converting a small image. */
  loadClient(): Promise<S3Client>;
  /** Sends direct requests. */
  http: HttpClient;
  /** Absent if only the SDK knows how to send requests. */
  terms?: DirectTerms | undefined;
}

/** Access by a client that is loaded already. */
export function accessBy(client: S3Client): S3Access {
  return { loadClient: async () => client, http: createHttpClient() };
}

export interface S3Connection {
  /** Loads the SDK on the first call. */
  sdk(): Promise<SdkRequests>;
  terms(): DirectTerms | undefined;
  http: HttpClient;
}

/**
 * Connects to a store. The SDK is loaded by the first request that needs it; from then on, its
 * settings apply, and what it learns about buckets.
 */
export function connectS3({ loadClient, http, terms: given }: S3Access): S3Connection {
  let terms = given;
  let loading: Promise<SdkRequests> | undefined;

  async function load(): Promise<SdkRequests> {
    const [client, { createSdkRequests }] = await Promise.all([
      loadClient(),
      import('./s3-sdk-requests.ts'),
    ]);
    terms = await termsOf(client, given);
    return createSdkRequests(client);
  }

  return {
    sdk() {
      loading ??= load();
      return loading;
    },
    terms: () => terms,
    http,
  };
}

async function termsOf(client: S3Client, given: DirectTerms | undefined): Promise<DirectTerms> {
  const { config } = client;
  const routes = learnRoutes(client);
  return {
    routeOf: (bucket) => routes.get(bucket) ?? given?.routeOf(bucket),
    credentials: config.credentials,
    // The SDK corrects it after a response from a store with another time.
    get systemClockOffset() {
      return config.systemClockOffset;
    },
    sendsChecksums: (await config.requestChecksumCalculation()) === 'WHEN_SUPPORTED',
    readsChecksums: (await config.responseChecksumValidation()) === 'WHEN_SUPPORTED',
  };
}
