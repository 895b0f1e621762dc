import { Readable } from 'node:stream';
import { HeadObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { plainRoute } from '../../src/storage/s3-plain-route.ts';
import { learnRoutes, type Route } from '../../src/storage/s3-routes.ts';

const userAgent = 'test';
const buckets = ['abc', 'uploads', '0-9', 'a'.repeat(63), 'amzn-s3-demo-bucket'];

describe.each(buckets)('the bucket %s', (bucket) => {
  test.each(['us-east-1', 'eu-central-1', 'ap-southeast-7', 'mx-central-1'])(
    'is where the SDK finds it in %s',
    async (region) => {
      const route = plainRoute(bucket, { region, userAgent });
      expect(route).toEqual(await routeOfSdk(bucket, { region }));
    },
  );

  test.each([
    'http://127.0.0.1:9000',
    'http://[::1]:9000/',
    'https://storage.example.com',
    'https://storage.example.com:443/s3/',
    'http://minio:80',
  ])('is where the SDK finds it at %s', async (endpoint) => {
    const region = 'us-east-1';
    const route = plainRoute(bucket, { region, endpoint, userAgent });
    const client = { region, endpoint, forcePathStyle: true };
    expect(route).toEqual(await routeOfSdk(bucket, client));
  });
});

test.each([
  ...['with.dots', 'Capitals', 'under_score', 'a/b', 'ab', 'a'.repeat(64), '-a-', 'café'],
  ...['usual--use1-az4--x-s3', 'point-metadata-s3alias', 'point--ol-s3', ''],
  'arn:aws:s3:us-west-2:123456789012:accesspoint/point',
])('the bucket %j is left to the SDK', (bucket) => {
  expect(plainRoute(bucket, { region: 'us-east-1', userAgent })).toBeUndefined();
});

test.each([
  'us-gov-west-1',
  'cn-north-1',
  'us-iso-east-1',
  'eusc-de-east-1',
  'aws-global',
  'x',
  '',
])('the region %j is left to the SDK', (region) => {
  expect(plainRoute('uploads', { region, userAgent })).toBeUndefined();
});

/** The route that the SDK uses. Nothing is sent. */
async function routeOfSdk(bucket: string, config: S3ClientConfig): Promise<Route> {
  const client = new S3Client({
    ...config,
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    requestHandler: {
      handle: async () => ({ response: { statusCode: 200, headers: {}, body: Readable.from([]) } }),
    },
  });
  const routes = learnRoutes(client);
  await client.send(new HeadObjectCommand({ Bucket: bucket, Key: 'k' }));
  return { ...(routes.get(bucket) as Route), userAgent };
}
