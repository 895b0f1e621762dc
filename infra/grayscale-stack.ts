import type { App } from 'aws-cdk-lib';
import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import { acknowledgeRules } from './acknowledgements.ts';
import { Alarms } from './alarms.ts';
import { BatchJobRole } from './batch-job-role.ts';
import { Buckets } from './buckets.ts';
import { Dashboard } from './dashboard.ts';
import { createKey } from './encryption.ts';
import { ExistingDatabase } from './existing-database.ts';
import { ImageFunction } from './image-function.ts';
import { Migrations } from './migrations.ts';
import { Network } from './network.ts';
import { NewDatabase } from './new-database.ts';
import type { Settings } from './settings-schema.ts';
import { UploadQueue } from './upload-queue.ts';

/** The zip of `npm run package`. */
export interface PackagedCode {
  /** How CloudFormation gets at it, made within the stack. */
  code: (stack: Stack) => Code;
  sha256: string;
}

export interface GrayscaleStackProps extends StackProps {
  settings: Settings;
  packaged: PackagedCode;
}

/** bucket -> queue -> function -> bucket and database. One construct a concern, a file each. */
export class GrayscaleStack extends Stack {
  constructor(app: App, id: string, { settings, packaged, ...props }: GrayscaleStackProps) {
    super(app, id, {
      description: 'Grayscale image processor',
      terminationProtection: settings.terminationProtection,
      ...props,
    });
    for (const [name, value] of Object.entries(settings.tags)) Tags.of(this).add(name, value);

    const code = packaged.code(this);
    const key = createKey(this, settings);
    const buckets = new Buckets(this, { settings, key });
    const uploads = new UploadQueue(this, { settings, buckets, key });
    const network = new Network(this, { settings, buckets });
    const database =
      settings.database.kind === 'new'
        ? new NewDatabase(this, { database: settings.database, network, key })
        : new ExistingDatabase(this, { database: settings.database, network });
    const migrations = new Migrations(this, {
      settings,
      network,
      database,
      code,
      codeSha256: packaged.sha256,
    });
    const images = new ImageFunction(this, {
      settings,
      network,
      buckets,
      database,
      uploads,
      code,
    });
    // New code sees no event before its schema is there.
    images.node.addDependency(migrations.done);
    const batchJob = new BatchJobRole(this, { settings, buckets, images });
    const alarms = new Alarms(this, { settings, images, uploads, database, key });
    new Dashboard(this, { settings, images, uploads, database });

    this.output('SourceBucket', buckets.source.bucketName, 'Upload here');
    this.output(
      'Outputs',
      `s3://${buckets.output.bucketName}/${settings.outputPrefix}`,
      'Look here',
    );
    this.output('QueueUrl', uploads.queue.queueUrl, 'Uploads that wait');
    this.output('QueueArn', uploads.queue.queueArn, 'For the notifications of a bucket of yours');
    this.output('DeadLetterQueueUrl', uploads.deadLetters.queueUrl, 'Uploads that were given up');
    this.output('FunctionName', images.function.functionName, 'The function that converts');
    this.output('FunctionArn', images.function.functionArn, 'For jobs of S3 Batch Operations');
    this.output('BatchJobRoleArn', batchJob.role.roleArn, 'The role of such jobs');
    this.output('MigrationsName', migrations.function.functionName, 'The function that migrates');
    this.output('AlarmTopic', alarms.topic.topicArn, 'Where alarms are told');
    acknowledgeRules(this, {
      ...{ settings, buckets, uploads, database, images, migrations, alarms },
      batchJob,
    });
  }

  private output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}
