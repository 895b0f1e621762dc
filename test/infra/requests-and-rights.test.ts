// What the function asks of S3, beside what its role may ask: neither is more than the other.
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { handler } from '../../src/lambda/handler.ts';
import { s3Event, sqsEvent } from '../support/events.ts';
import { lambdaContext } from '../support/lambda-context.ts';
import {
  captureLog,
  type LambdaEnvironment,
  openLambdaEnvironment,
} from '../support/lambda-environment.ts';
import { tinyPng } from '../support/pipeline.ts';
import { synthesize } from './synthesize.ts';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html */
const rightFor: Record<string, string> = {
  GetObjectCommand: 's3:GetObject',
  HeadObjectCommand: 's3:GetObject',
  PutObjectCommand: 's3:PutObject',
  DeleteObjectCommand: 's3:DeleteObject',
  ListObjectsV2Command: 's3:ListBucket',
  HeadBucketCommand: 's3:ListBucket',
};
/** Asked for by no request: with it, S3 says that an object is missing rather than forbidden. */
const forAnswers = ['s3:ListBucket'];

let environment: LambdaEnvironment;
beforeAll(async () => {
  environment = await openLambdaEnvironment();
});
afterAll(() => environment.close());

test('the role may do what the function does in S3, and nothing else', async () => {
  captureLog();
  const { s3 } = environment.server;
  const put = async (Key: string, Body: Uint8Array | string) =>
    await s3.send(new PutObjectCommand({ Bucket: 'uploads', Key, Body }));
  await put('good.png', await tinyPng(1));
  await put('bad.png', 'no picture');
  await put('gone.png', 'x');
  await s3.send(new DeleteObjectCommand({ Bucket: 'uploads', Key: 'gone.png' }));

  const asked = new Set<string>();
  const send = S3Client.prototype.send;
  const spy = vi.spyOn(S3Client.prototype, 'send').mockImplementation(function (
    this: S3Client,
    ...args: unknown[]
  ) {
    const [command] = args as [object];
    asked.add(rightFor[command.constructor.name] ?? command.constructor.name);
    return Reflect.apply(send, this, args) as never;
  });
  const keys = ['good.png', 'bad.png', 'gone.png', 'good.png'];
  const events = keys.map((key) => s3Event({ bucket: 'uploads', key, versionId: undefined }));
  const answer = await handler(sqsEvent(...events), lambdaContext);
  spy.mockRestore();
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(await environment.database.rows()).not.toHaveLength(0);

  const { templates } = synthesize({
    plain: { source: { kind: 'new' }, database: { kind: 'new' } },
  });
  const policies = Object.entries(templates.plain?.findResources('AWS::IAM::Policy') ?? {});
  const granted = policies
    .filter(([id]) => id.startsWith('Images'))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action }) => Action as string | string[])
    .filter((action) => action.startsWith('s3:'));
  expect([...new Set([...asked, ...forAnswers])].toSorted()).toEqual(
    [...new Set(granted)].toSorted(),
  );
}, 120_000);
