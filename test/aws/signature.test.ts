import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { signRequest } from '../../src/aws/signature.ts';
import { oddKeys } from '../storage/object-store.contract.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

// The examples of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html.
describe('the examples in the documentation of S3', () => {
  const terms = {
    credentials: {
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    },
    region: 'us-east-1',
    service: 's3',
    at: new Date('2013-05-24T00:00:00Z'),
  };
  const host = 'examplebucket.s3.amazonaws.com';

  test.each([
    {
      request: {
        method: 'GET',
        path: '/test.txt',
        headers: { host, range: 'bytes=0-9' },
        bodySha256: sha256(''),
      },
      signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    },
    {
      request: {
        method: 'PUT',
        path: '/test%24file.text',
        headers: {
          host,
          date: 'Fri, 24 May 2013 00:00:00 GMT',
          'x-amz-storage-class': 'REDUCED_REDUNDANCY',
        },
        bodySha256: sha256('Welcome to Amazon S3.'),
      },
      signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    },
  ])('$request.method', ({ request, signature }) => {
    expect(signRequest(request, terms).authorization).toContain(`Signature=${signature}`);
  });
});

test.each([...oddKeys, "a!b'(c)*", 'a//b', './x'])(
  'signs the key %j as the SDK does',
  async (key) => {
    const credentials = { accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' };
    let sent: { path: string; headers: Record<string, string> } | undefined;
    const client = new S3Client({
      region: 'eu-central-1',
      credentials,
      requestHandler: {
        handle: async (request: typeof sent) => {
          sent = request;
          return { response: { statusCode: 200, headers: {}, body: Readable.from([]) } };
        },
      },
    });
    await client.send(new HeadObjectCommand({ Bucket: 'uploads', Key: key }));
    const { path = '', headers = {} } = sent ?? {};

    const [, names = ''] = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
    const signed = Object.fromEntries(names.split(';').map((name) => [name, headers[name] ?? '']));
    const at = new Date(
      `${headers['x-amz-date']}`.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z'),
    );
    const request = { method: 'HEAD', path, headers: signed, bodySha256: sha256('') };
    const { authorization } = signRequest(request, {
      credentials,
      ...{ region: 'eu-central-1', service: 's3', at },
    });
    expect(authorization).toBe(headers.authorization);
  },
);
