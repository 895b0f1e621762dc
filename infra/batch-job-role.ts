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
 * The role of S3 Batch Operations for jobs that convert existing objects. It may list the sources,
 * call this one function and write its report; only jobs of this account may use it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-iam-role-policies.html
 */
export class BatchJobRole extends Construct {
  readonly role: Role;

  constructor(scope: Stack, { settings, buckets, images }: BatchJobRoleProps) {
    super(scope, 'BatchJob');
    const { account } = Stack.of(this);
    this.role = new Role(this, 'Role', {
      description: 'Converts existing objects as a job of S3 Batch Operations',
      assumedBy: new ServicePrincipal('batchoperations.s3.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
    const allow = (action: string, resource: string) =>
      this.role.addToPolicy(new PolicyStatement({ actions: [action], resources: [resource] }));
    allow('lambda:InvokeFunction', images.function.functionArn);
    // S3 generates the list of the job's objects itself, and calls it an inventory.
    allow('s3:PutInventoryConfiguration', buckets.source.bucketArn);
    const reports = `${settings.outputPrefix}backfill-reports/*`;
    allow('s3:PutObject', buckets.output.arnForObjects(reports));
    buckets.output.encryptionKey?.grantEncrypt(this.role);
  }
}
