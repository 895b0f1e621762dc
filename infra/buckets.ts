import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  type IBucket,
  type LifecycleRule,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { type Settings, sharesBucket } from './settings-schema.ts';

type NewBucket = Extract<Settings['source'], { kind: 'new' }>;

interface BucketsProps {
  settings: Settings;
  key: Key | undefined;
}

/** The buckets of uploads and outputs: new or existing, one for both or two. */
export class Buckets extends Construct {
  readonly source: IBucket;
  readonly output: IBucket;
  /** The new bucket, whose notifications CloudFormation can set. */
  readonly created: CfnBucket | undefined;

  constructor(scope: Stack, { settings, key }: BucketsProps) {
    super(scope, 'Buckets');
    const { source, outputBucket, outputKmsKeyArn } = settings;
    if (source.kind === 'new') {
      const bucket = this.create(settings, source, key);
      this.source = bucket;
      this.created = bucket.node.defaultChild as CfnBucket;
    } else {
      this.source = Bucket.fromBucketAttributes(this, 'Source', {
        bucketName: source.name,
        ...(source.kmsKeyArn && {
          encryptionKey: Key.fromKeyArn(this, 'SourceKey', source.kmsKeyArn),
        }),
      });
    }
    this.output = sharesBucket(settings)
      ? this.source
      : Bucket.fromBucketAttributes(this, 'Output', {
          bucketName: outputBucket as string,
          ...(outputKmsKeyArn && {
            encryptionKey: Key.fromKeyArn(this, 'OutputKey', outputKmsKeyArn),
          }),
        });
  }

  private create(settings: Settings, source: NewBucket, key: Key | undefined): Bucket {
    return new Bucket(this, 'Uploads', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: source.versioned,
      ...(key
        ? { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }
        : { encryption: BucketEncryption.S3_MANAGED }),
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(7) },
        ...(source.versioned && sharesBucket(settings) ? [expireOutputVersions(settings)] : []),
      ],
      // Images outlive the stack that converted them. A failed deployment leaves no bucket behind.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }
}

/** An output can be recreated from its source, so its old versions expire. */
function expireOutputVersions({ outputPrefix }: Settings): LifecycleRule {
  return {
    prefix: outputPrefix,
    noncurrentVersionExpiration: Duration.days(30),
    expiredObjectDeleteMarker: true,
  };
}
