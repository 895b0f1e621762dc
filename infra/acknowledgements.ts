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
  const rows = [...rulesOf(parts), ...wildcardRules(stack, parts)];
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
      'Access logs need another bucket and cost more than the conversions; each processed object has a row.',
    ],
    [
      isProtected ? undefined : database.cluster,
      'AwsSolutions-RDS10',
      'Set in the second deployment, because a failed first one could not be rolled back; a snapshot remains.',
    ],
    [
      uploads.deadLetters,
      'Serverless-SQSRedrivePolicy',
      'It is the dead-letter queue of the other queue.',
    ],
    [
      images,
      'Serverless-LambdaDLQ',
      'Only the queue invokes it, and the queue has a dead-letter queue.',
    ],
    [
      images,
      'Serverless-LambdaEventSourceMappingDestination',
      'Destinations are for streams; a queue has a dead-letter queue.',
    ],
    [
      migrations,
      'Serverless-LambdaDLQ',
      'CloudFormation waits for its response, and also gets one if it fails.',
    ],
    ...[images, migrations].map(
      (where): Row => [
        settings.tracing ? undefined : where,
        'Serverless-LambdaTracing',
        'settings.ts turns tracing off.',
      ],
    ),
    [
      alarms.topic,
      'Serverless-SNSRedrivePolicy',
      'Undelivered mail is useless in a queue; the alarm itself stays raised.',
    ],
  ];
}

const interfacesReason =
  'EC2 supports no narrower resource, and the code itself is denied these actions.';
const tracingReason = 'X-Ray supports no narrower resource.';
const objectsReason = 'Objects of one bucket: their names are unknown until they are uploaded.';
const keysReason = 'Variants of one action on one key: CDK grants them together.';

function wildcardRules(
  stack: Stack,
  { settings, buckets, images, migrations, batchJob }: AcknowledgedParts,
): Row[] {
  const { sourcePrefix, outputPrefix } = settings;
  const objects = (bucket: Buckets['source'], prefix: string) =>
    `Resource::${formatArn(stack, bucket.bucketArn)}/${prefix}*`;
  const findings: [IConstruct, string, string][] = [
    [images, 'Resource::*', `${interfacesReason} ${tracingReason}`],
    [migrations, 'Resource::*', `${interfacesReason} ${tracingReason}`],
    [images, objects(buckets.source, sourcePrefix), objectsReason],
    [images, objects(buckets.output, outputPrefix), objectsReason],
    [batchJob.role, objects(buckets.output, `${outputPrefix}backfill-reports/`), objectsReason],
    [batchJob.role, 'Action::kms:GenerateDataKey*', keysReason],
    [batchJob.role, 'Action::kms:ReEncrypt*', keysReason],
    [images, 'Action::kms:GenerateDataKey*', keysReason],
    [images, 'Action::kms:ReEncrypt*', keysReason],
  ];
  return findings.map(([where, finding, reason]) => [
    where,
    `AwsSolutions-IAM5[${finding}]`,
    reason,
  ]);
}

/** The form in which cdk-nag writes an ARN that is unknown before the deployment. */
function formatArn(stack: Stack, arn: string): string {
  const resolved: unknown = stack.resolve(arn);
  if (typeof resolved === 'string') return resolved;
  const { 'Fn::GetAtt': attribute, 'Fn::Join': join } = resolved as Record<string, unknown[]>;
  if (attribute) return `<${attribute.join('.')}>`;
  const parts = (join?.[1] ?? []) as (string | { Ref: string })[];
  return parts.map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`)).join('');
}
