import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Buckets } from './buckets.ts';
import { type Settings, sharesBucket } from './settings-schema.ts';

export interface S3Right {
  effect: 'Allow' | 'Deny';
  action: `s3:${string}`;
  on: 'sources' | 'source bucket' | 'outputs' | 'output bucket';
}

type RightSettings = Pick<Settings, 'onSourceDeleted'> & {
  sharesBucket: boolean;
  /** Whether outputs have the tags of their sources. */
  carriesTags: boolean;
};

/**
 * The S3 rights of the converting function, by setting. The role, the policy of the VPC endpoint
 * and the policy in docs/deploy.md are made from this table or compared with it. A test compares
 * the table with the requests that the function sends.
 */
export function s3Rights(settings: RightSettings): S3Right[] {
  const { onSourceDeleted, sharesBucket, carriesTags } = settings;
  const rights: S3Right[] = [
    { effect: 'Allow', action: 's3:GetObject', on: 'sources' },
    // Without it, S3 answers AccessDenied instead of NoSuchKey for a missing object.
    { effect: 'Allow', action: 's3:ListBucket', on: 'source bucket' },
    { effect: 'Allow', action: 's3:PutObject', on: 'outputs' },
  ];
  if (carriesTags) {
    rights.push(
      { effect: 'Allow', action: 's3:GetObjectTagging', on: 'sources' },
      { effect: 'Allow', action: 's3:PutObjectTagging', on: 'outputs' },
    );
  }
  if (onSourceDeleted === 'delete') {
    rights.push(
      { effect: 'Allow', action: 's3:DeleteObject', on: 'outputs' },
      // The output is inspected first, and a conditional delete also needs s3:GetObject:
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-delete-enforce.html
      { effect: 'Allow', action: 's3:GetObject', on: 'outputs' },
    );
    if (!sharesBucket)
      rights.push({ effect: 'Allow', action: 's3:ListBucket', on: 'output bucket' });
  } else if (sharesBucket) {
    // An output can never become a source, no matter what an event claims.
    rights.push({ effect: 'Deny', action: 's3:GetObject', on: 'outputs' });
  }
  return rights;
}

/** Returns the ARN that a right applies to. */
export function resourceOf(
  { on }: S3Right,
  { sourcePrefix, outputPrefix }: Pick<Settings, 'sourcePrefix' | 'outputPrefix'>,
  { source, output }: Record<'source' | 'output', Pick<IBucket, 'bucketArn' | 'arnForObjects'>>,
): string {
  const arns = {
    sources: () => source.arnForObjects(`${sourcePrefix}*`),
    'source bucket': () => source.bucketArn,
    outputs: () => output.arnForObjects(`${outputPrefix}*`),
    'output bucket': () => output.bucketArn,
  } satisfies Record<S3Right['on'], () => string>;
  return arns[on]();
}

/** Returns the rights of this stack, each with its ARN. */
export function stackRights(
  settings: Settings,
  buckets: Buckets,
): (S3Right & { resource: string })[] {
  const rights = s3Rights({
    onSourceDeleted: settings.onSourceDeleted,
    sharesBucket: sharesBucket(settings),
    carriesTags: settings.outputCarry.includes('tags'),
  });
  return rights.map((right) => ({ ...right, resource: resourceOf(right, settings, buckets) }));
}
