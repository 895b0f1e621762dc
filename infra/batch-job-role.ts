import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Buckets } from './buckets.ts';
import type { ImageFunction } from './image-function.ts';
import type { Settings } from './settings-schema.ts';

interface BatchJobRoleProps {
  settings: Settings;
  buckets: Buckets;
  images: ImageFunction;
}

/**
 * What S3 Batch Operations works as, for jobs that convert what lies in the bucket already: it may
 * list the sources, call the one function and write its report, and only this account's jobs may.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-iam-role-policies.html
 */
export class BatchJobRole extends Construct {
  readonly role: Role;

  constructor(scope: Stack, { settings, buckets, images }: BatchJobRoleProps) {
    super(scope, 'BatchJob');
    const { account } = Stack.of(this);
    this.role = new Role(this, 'Role', {
      description: 'Converts what lies in the bucket already, as a job of S3 Batch Operations',
      assumedBy: new ServicePrincipal('batchoperations.s3.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
    const allow = (action: string, resource: string) =>
      this.role.addToPolicy(new PolicyStatement({ actions: [action], resources: [resource] }));
    allow('lambda:InvokeFunction', images.function.functionArn);
    // S3 makes the list of the job's objects itself, and calls that an inventory.
    allow('s3:PutInventoryConfiguration', buckets.source.bucketArn);
    const reports = `${settings.outputPrefix}backfill-reports/*`;
    allow('s3:PutObject', buckets.output.arnForObjects(reports));
    buckets.output.encryptionKey?.grantEncrypt(this.role);
  }
}
