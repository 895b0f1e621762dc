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
interface PackagedCode {
  /** Creates the code's location within the stack, for CloudFormation. */
  code: (stack: Stack) => Code;
  sha256: string;
}

interface GrayscaleStackProps extends StackProps {
  settings: Settings;
  packaged: PackagedCode;
}

/** Bucket -> queue -> function -> bucket and database. One construct and one file per concern. */
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
    const network = new Network(this, { settings, buckets, key });
    const database =
      settings.database.kind === 'new'
        ? new NewDatabase(this, { database: settings.database, network, key })
        : new ExistingDatabase(this, { database: settings.database, network });
    const migrations = new Migrations(this, {
      settings,
      network,
      database,
      key,
      code,
      codeSha256: packaged.sha256,
    });
    const images = new ImageFunction(this, {
      settings,
      network,
      buckets,
      database,
      uploads,
      key,
      code,
    });
    // New code receives no event before its schema exists.
    images.node.addDependency(migrations.done);
    const batchJob = new BatchJobRole(this, { settings, buckets, images });
    const alarms = new Alarms(this, { settings, images, uploads, database, key });
    new Dashboard(this, { settings, images, uploads, database });

    const { queue, deadLetters } = uploads;
    this.outputs({
      SourceBucket: ['The bucket to upload to', buckets.source.bucketName],
      Outputs: [
        'Where outputs are written',
        `s3://${buckets.output.bucketName}/${settings.outputPrefix}`,
      ],
      QueueUrl: ['The queue of uploads', queue.queueUrl],
      QueueArn: ['For the notifications of an existing bucket', queue.queueArn],
      DeadLetterQueueUrl: ['Uploads that failed repeatedly', deadLetters.queueUrl],
      DeadLetterQueueArn: ['For redriving dead letters', deadLetters.queueArn],
      EventSourceMapping: [
        'To pause and resume the function',
        images.eventSource.eventSourceMappingId,
      ],
      FunctionName: ['The function that converts', images.function.functionName],
      FunctionArn: ['For jobs of S3 Batch Operations', images.function.functionArn],
      LogGroup: ['The log of that function', images.logGroup.logGroupName],
      BatchJobRoleArn: ['The role for such jobs', batchJob.role.roleArn],
      MigrationsName: ['The function that migrates', migrations.function.functionName],
      MigrationsLogGroup: ['The log of that function', migrations.logGroup.logGroupName],
      AlarmTopic: ['The topic that alarms notify', alarms.topic.topicArn],
      DatabaseCluster: ['The database', database.cluster?.clusterIdentifier],
      Key: ['The key that encrypts everything the stack stores', key?.keyArn],
    });
    acknowledgeRules(this, {
      ...{ settings, buckets, uploads, database, images, migrations, alarms },
      batchJob,
    });
  }

  private outputs(rows: Record<string, [description: string, value: string | undefined]>): void {
    for (const [id, [description, value]] of Object.entries(rows)) {
      if (value !== undefined)
        new CfnOutput(this, `Output${id}`, { description, value }).overrideLogicalId(id);
    }
  }
}
