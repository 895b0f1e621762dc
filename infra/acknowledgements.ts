import { type Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Alarms } from './alarms.ts';
import type { BatchJobRole } from './batch-job-role.ts';
import type { Buckets } from './buckets.ts';
import type { Database } from './database.ts';
import type { ImageFunction } from './image-function.ts';
import type { Migrations } from './migrations.ts';
import type { Settings } from './settings-schema.ts';
import type { UploadQueue } from './upload-queue.ts';

interface AcknowledgedParts {
  settings: Settings;
  buckets: Buckets;
  uploads: UploadQueue;
  database: Database;
  images: ImageFunction;
  migrations: Migrations;
  alarms: Alarms;
  batchJob: BatchJobRole;
}

type Row = [where: IConstruct | undefined, rule: string, reason: string];

/**
 * Rules of cdk-nag that the stack breaks on purpose, and why. Any other violation fails `npm test`.
 */
export function acknowledgeRules(stack: Stack, parts: AcknowledgedParts): void {
  const rows = [...rulesOf(parts), ...wildcards(stack, parts)];
  for (const [where, id, reason] of rows) {
    if (where) Validations.of(where).acknowledge({ id, reason });
  }
}

function rulesOf(parts: AcknowledgedParts): Row[] {
  const { settings, buckets, uploads, database, images, migrations, alarms } = parts;
  const isProtected =
    settings.database.kind === 'new' && settings.database.deletionProtection === true;
  return [
    [
      buckets.created,
      'AwsSolutions-S1',
      'Access logs need a bucket and cost more than the conversions; each processed object has a row.',
    ],
    [
      isProtected ? undefined : database.cluster,
      'AwsSolutions-RDS10',
      'Set by the second deployment, as a failed first one could not be rolled back; a snapshot is left.',
    ],
    [
      uploads.deadLetters,
      'Serverless-SQSRedrivePolicy',
      'It is the queue that the other one’s redrive policy leads to.',
    ],
    [
      images,
      'Serverless-LambdaDLQ',
      'It is invoked by the queue alone, which has dead letters of its own.',
    ],
    [
      images,
      'Serverless-LambdaEventSourceMappingDestination',
      'Destinations are for streams; a queue has dead letters.',
    ],
    [
      migrations,
      'Serverless-LambdaDLQ',
      'CloudFormation waits for its answer, and gets one when it fails.',
    ],
    ...[images, migrations].map(
      (where): Row => [
        settings.tracing ? undefined : where,
        'Serverless-LambdaTracing',
        'settings.ts turned tracing off.',
      ],
    ),
    [
      alarms.topic,
      'Serverless-SNSRedrivePolicy',
      'Mail that did not arrive is of no use in a queue; the alarm itself stays raised.',
    ],
  ];
}

const whyInterfaces =
  'EC2 knows no narrower resource, and the code itself is denied these actions.';
const whyTracing = 'X-Ray knows no narrower resource.';
const whyObjects = 'The objects of one bucket: their names are not known before they are uploaded.';
const whyKeys = 'The ways to use one key that are called so: CDK grants them together.';

function wildcards(
  stack: Stack,
  { settings, buckets, images, migrations, batchJob }: AcknowledgedParts,
): Row[] {
  const { sourcePrefix, outputPrefix } = settings;
  const objects = (bucket: Buckets['source'], prefix: string) =>
    `Resource::${named(stack, bucket.bucketArn)}/${prefix}*`;
  const found: [IConstruct, string, string][] = [
    [images, 'Resource::*', `${whyInterfaces} ${whyTracing}`],
    [migrations, 'Resource::*', `${whyInterfaces} ${whyTracing}`],
    [images, objects(buckets.source, sourcePrefix), whyObjects],
    [images, objects(buckets.output, outputPrefix), whyObjects],
    [batchJob.role, objects(buckets.output, `${outputPrefix}backfill-reports/`), whyObjects],
    [batchJob.role, 'Action::kms:GenerateDataKey*', whyKeys],
    [batchJob.role, 'Action::kms:ReEncrypt*', whyKeys],
    [images, 'Action::kms:GenerateDataKey*', whyKeys],
    [images, 'Action::kms:ReEncrypt*', whyKeys],
  ];
  return found.map(([where, finding, reason]) => [where, `AwsSolutions-IAM5[${finding}]`, reason]);
}

/** The form in which cdk-nag writes an ARN that is unknown before the deployment. */
function named(stack: Stack, arn: string): string {
  const resolved: unknown = stack.resolve(arn);
  if (typeof resolved === 'string') return resolved;
  const { 'Fn::GetAtt': attribute, 'Fn::Join': join } = resolved as Record<string, unknown[]>;
  if (attribute) return `<${attribute.join('.')}>`;
  const parts = (join?.[1] ?? []) as (string | { Ref: string })[];
  return parts.map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`)).join('');
}
