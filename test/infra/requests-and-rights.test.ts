// The function's requests to AWS, its role, the VPC endpoint's policy and the policy in docs/deploy.md
// agree, for each setting.
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Template } from 'aws-cdk-lib/assertions';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { resourceOf, s3Rights } from '../../infra/s3-rights.ts';
import type { EnvironmentSettings } from '../../infra/settings-schema.ts';
import { s3Event, sqsEvent } from '../../testing/events.ts';
import { lambdaContext } from '../../testing/lambda-context.ts';
import {
  captureLog,
  type LambdaEnvironment,
  openLambdaEnvironment,
} from '../../testing/lambda-environment.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { startTaggingStore } from '../../testing/tagging-store.ts';
import { endpointLines, linesOf, roleLines } from './policy-lines.ts';
import { synthesize } from './synthesize.ts';

/**
 * The permissions that a request needs: its own action, and more where the documentation says so.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
const actionsFor: Record<
  string,
  (query: URLSearchParams, headers: IncomingHttpHeaders) => string[]
> = {
  GET: (query) => [query.has('tagging') ? 's3:GetObjectTagging' : 's3:GetObject'],
  HEAD: () => ['s3:GetObject'],
  PUT: (_, headers) =>
    headers['x-amz-tagging'] === undefined
      ? ['s3:PutObject']
      : ['s3:PutObject', 's3:PutObjectTagging'],
  DELETE: (_, headers) =>
    headers['if-match'] === undefined ? ['s3:DeleteObject'] : ['s3:DeleteObject', 's3:GetObject'],
};
const outputPrefix = 'grayscale/';
/** No request needs it: with it, S3 reports a missing object as missing rather than forbidden. */
const rightForMissingObjects = 's3:ListBucket arn:aws:s3:::uploads';

let environment: LambdaEnvironment | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  await environment?.close();
  environment = undefined;
});

/** The permissions that a request to S3, or to any other service of AWS, needs. */
function rightsNeededBy({ method = '', url = '', headers }: IncomingMessage): string[] {
  const { pathname, searchParams } = new URL(url, 'http://store');
  const [bucket, ...key] = pathname.slice(1).split('/');
  const folder = key.join('/').startsWith(outputPrefix) ? outputPrefix : '';
  const actions = actionsFor[method]?.(searchParams, headers) ?? ['unknown'];
  return actions.map((action) => `${action} arn:aws:s3:::${bucket}/${folder}*`);
}

async function requestsOf({
  onSourceDeleted = 'keep',
  outputCarry = [],
}: Pick<EnvironmentSettings, 'onSourceDeleted' | 'outputCarry'>): Promise<Set<string>> {
  captureLog();
  vi.resetModules();
  environment = await openLambdaEnvironment();
  const tagging = await startTaggingStore(environment.server.endpoint);
  vi.stubEnv('AWS_ENDPOINT_URL', tagging.endpoint);
  vi.stubEnv('ON_SOURCE_DELETED', onSourceDeleted);
  vi.stubEnv('OUTPUT_CARRY', outputCarry.join());
  // Needs no additional right.
  vi.stubEnv('OUTPUT_STORAGE_CLASS', 'STANDARD_IA');
  const { handler } = await import('../../src/lambda/handler.ts');
  const { s3 } = environment.server;
  const put = async (Key: string, Body: Uint8Array | string) =>
    await s3.send(new PutObjectCommand({ Bucket: 'uploads', Key, Body }));
  const remove = async (Key: string) =>
    await s3.send(new DeleteObjectCommand({ Bucket: 'uploads', Key }));
  const invoke = async (eventName: string, ...keys: string[]) => {
    const events = keys.map((key) =>
      s3Event({ bucket: 'uploads', key, versionId: undefined, eventName }),
    );
    const answer = await handler(sqsEvent(...events), lambdaContext);
    expect(answer).toEqual({ batchItemFailures: [] });
  };

  await put('good.png', await tinyPng(1));
  tagging.tags.set('/uploads/good.png', 'team=scans');
  await put('bad.png', 'no image');
  await put('gone.png', 'x');
  await remove('gone.png');
  await invoke('ObjectCreated:Put', 'good.png', 'bad.png', 'gone.png', 'good.png');
  await remove('good.png');
  await invoke('ObjectRemoved:Delete', 'good.png');
  const { KeyCount } = await s3.send(
    new ListObjectsV2Command({ Bucket: 'uploads', Prefix: 'grayscale/good.png' }),
  );
  expect(KeyCount).toBe(onSourceDeleted === 'keep' ? 1 : 0);
  // A function loads the SDK only for what needs it.
  expect(tagging.requests[0]?.headers).not.toHaveProperty('amz-sdk-invocation-id');
  const classes = tagging.requests.map(({ headers }) => headers['x-amz-storage-class']);
  expect(classes).toContain('STANDARD_IA');
  await tagging.close();
  // The other requests, of this test and of the store, are sent to the store itself.
  return new Set(tagging.requests.flatMap(rightsNeededBy));
}

const allowed = (lines: string[]) => lines.filter((line) => line.startsWith('Allow '));

const shared = {
  source: { kind: 'existing', name: 'uploads' },
  database: { kind: 'new' },
} as const;
const separateBuckets = { ...shared, outputBucket: 'outputs' } as const;
const stacks: Record<string, EnvironmentSettings> = {
  keep: shared,
  tags: { ...shared, outputCarry: ['tags', 'metadata'] },
  delete: { ...shared, onSourceDeleted: 'delete' },
  separateKeep: separateBuckets,
  separateTags: { ...separateBuckets, outputCarry: ['tags'] },
  separateDelete: { ...separateBuckets, onSourceDeleted: 'delete' },
};

describe('in S3', () => {
  const { templates } = synthesize(stacks);

  test.each(['keep', 'delete', 'tags'])(
    'the role may send exactly the requests that the function with the settings of %s makes',
    async (name) => {
      const sent = await requestsOf(stacks[name] as EnvironmentSettings);
      const expectedRights = [...sent, rightForMissingObjects].map((request) => `Allow ${request}`);
      const granted = allowed(roleLines(templates[name] as Template));
      expect([...new Set(expectedRights)].toSorted()).toEqual(granted);
    },
    120_000,
  );

  test.each(Object.keys(stacks))('the endpoint allows what the role of %s may do', (name) => {
    const template = templates[name] as Template;
    expect(endpointLines(template)).toEqual(allowed(roleLines(template)));
  });

  test('outputs may be read only if a removal inspects them', () => {
    const isRead = (name: string) =>
      roleLines(templates[name] as Template).filter((line) => /GetObject .*grayscale/.test(line));
    expect(isRead('keep')).toEqual(['Deny s3:GetObject arn:aws:s3:::uploads/grayscale/*']);
    expect(isRead('separateKeep')).toEqual([]);
    expect(isRead('delete')).toEqual(['Allow s3:GetObject arn:aws:s3:::uploads/grayscale/*']);
    expect(isRead('separateDelete')).toEqual([
      'Allow s3:GetObject arn:aws:s3:::outputs/grayscale/*',
    ]);
  });

  test('the policies in docs/deploy.md match the role', () => {
    const page = readFileSync('docs/deploy.md', 'utf8');
    const policies = [...page.matchAll(/```json\n(.*?)```/gs)]
      .map(([, json = '']) => JSON.parse(json))
      .filter(({ Statement: [first] = [] }) => String(first?.Action).startsWith('s3:'))
      .map(({ Statement }) => linesOf(Statement));
    const bucket = {
      bucketArn: 'arn:aws:s3:::MY-BUCKET',
      arnForObjects: (pattern: string) => `arn:aws:s3:::MY-BUCKET/${pattern}`,
    };
    const rightsFor = (settings: { onSourceDeleted: 'keep' | 'delete'; carriesTags: boolean }) =>
      s3Rights({ ...settings, sharesBucket: true })
        .map((right) => {
          const buckets = { source: bucket, output: bucket };
          const resource = resourceOf(right, { sourcePrefix: '', outputPrefix }, buckets);
          return `${right.effect} ${right.action} ${resource}`;
        })
        .toSorted();
    const keep = rightsFor({ onSourceDeleted: 'keep', carriesTags: false });
    const withTags = rightsFor({ onSourceDeleted: 'keep', carriesTags: true });
    expect(policies).toEqual([
      keep,
      rightsFor({ onSourceDeleted: 'delete', carriesTags: false }),
      withTags.filter((right) => !keep.includes(right)),
    ]);
  });
});
