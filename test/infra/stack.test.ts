// Required properties of the templates, which are all synthesized together.
import { Stack } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { beforeAll, describe, expect, test } from 'vitest';
import { environments } from '../../infra/settings.ts';
import { configVariables } from '../../src/config/index.ts';
import { allocatorSettings } from '../../src/isolation/allocator.ts';
import { eventBridgeEvent } from '../../testing/events.ts';
import { matches } from './event-pattern.ts';
import { type Synthesized, synthesize } from './synthesize.ts';
import { variants } from './variants.ts';

let made: Synthesized;
let plain: Template;
let full: Template;
let existingResources: Template;
let password: Template;
let following: Template;
let followingByRule: Template;
const all = () => Object.entries(made.templates);

beforeAll(() => {
  made = synthesize({ ...variants, ...environments }, (app) => {
    new Bucket(new Stack(app, 'Wrong'), 'Bucket');
  });
  ({ plain, full, existingResources, password, following, followingByRule } =
    made.templates as Record<keyof typeof variants, Template>);
}, 180_000);

interface Statement {
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource: unknown;
  Principal?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

/** What the role of the converting or migrating function may and may not do. */
function statementsOf(template: Template, name: 'Images' | 'Migrations'): Statement[] {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
  return policies
    .filter(([id]) => id.startsWith(name))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
}

function allowed(template: Template, action: string): string[] {
  return statementsOf(template, 'Images')
    .filter(({ Effect, Action }) => Effect === 'Allow' && [Action].flat().includes(action))
    .flatMap(({ Resource }) => [Resource].flat().map((resource) => JSON.stringify(resource)));
}

function variablesOf(template: Template, handler: string): Record<string, unknown> {
  const functions = Object.values(
    template.findResources('AWS::Lambda::Function', { Properties: { Handler: handler } }),
  );
  expect(functions).toHaveLength(1);
  return functions[0]?.Properties.Environment.Variables;
}

describe('every stack', () => {
  test('follows the rules of cdk-nag and the schemas of CloudFormation', () => {
    expect(made.findings.filter((finding) => !finding.endsWith('Wrong/Bucket/Resource'))).toEqual(
      [],
    );
  });

  test('would not be synthesized if it broke a rule', () => {
    expect(made.findings).toContain('AwsSolutions-S10 at Wrong/Bucket/Resource');
  });

  test('has functions on Node 24 with the program’s variables', () => {
    const known = [...configVariables.map(({ name }) => name), ...Object.keys(allocatorSettings)];
    for (const [name, template] of all()) {
      template.allResourcesProperties('AWS::Lambda::Function', {
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        RecursiveLoop: 'Terminate',
        ReservedConcurrentExecutions: Match.absent(),
      });
      for (const handler of ['index.handler', 'index.migrate']) {
        const variables = variablesOf(template, handler);
        expect(known, name).toEqual(expect.arrayContaining(Object.keys(variables)));
      }
      expect(variablesOf(template, 'index.handler'), name).toHaveProperty('S3_BUCKET');
      expect(variablesOf(template, 'index.handler'), name).toMatchObject(allocatorSettings);
    }
  });

  test('has the variables of what outputs carry only where it is set', () => {
    expect(variablesOf(full, 'index.handler')).toMatchObject({
      OUTPUT_CARRY: 'tags,cache-control',
      OUTPUT_STORAGE_CLASS: 'STANDARD_IA',
    });
    expect(variablesOf(plain, 'index.handler')).not.toHaveProperty('OUTPUT_CARRY');
  });

  test('encrypts stored data, and uses only TLS', () => {
    for (const [, template] of all()) {
      const queues = Object.values(template.findResources('AWS::SQS::Queue'));
      const isEncrypted = ({ Properties }: (typeof queues)[number]) =>
        Properties.SqsManagedSseEnabled || Properties.KmsMasterKeyId;
      expect(queues.every(isEncrypted)).toBe(true);
      const policies = ['AWS::SQS::QueuePolicy', 'AWS::S3::BucketPolicy', 'AWS::SNS::TopicPolicy'];
      for (const { Properties } of policies.flatMap((type) =>
        Object.values(template.findResources(type)),
      )) {
        const statements: Statement[] = Properties.PolicyDocument.Statement;
        expect(statements).toContainEqual(
          expect.objectContaining({
            Effect: 'Deny',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        );
      }
    }
  });

  test('allows no public access', () => {
    for (const [name, template] of all()) {
      for (const type of ['InternetGateway', 'NatGateway', 'EIP']) {
        template.resourceCountIs(`AWS::EC2::${type}`, 0);
      }
      const resources = JSON.stringify(template.findResources('AWS::EC2::SecurityGroup'));
      expect(resources, name).not.toContain('SecurityGroupIngress":[{"CidrIp');
      const policies = ['AWS::SQS::QueuePolicy', 'AWS::S3::BucketPolicy', 'AWS::SNS::TopicPolicy'];
      const statements: Statement[] = policies.flatMap((type) =>
        Object.values(template.findResources(type)).flatMap(
          ({ Properties }) => Properties.PolicyDocument.Statement,
        ),
      );
      const open = statements.filter(
        ({ Effect, Principal }) => Effect === 'Allow' && JSON.stringify(Principal).includes('"*"'),
      );
      expect(open, name).toEqual([]);
    }
  });

  test('allows all resources only for actions that AWS cannot restrict further', () => {
    const exceptions =
      /^(xray:Put(TraceSegments|TelemetryRecords)|ec2:\w*(NetworkInterfaces?|Subnets|PrivateIpAddresses))$/;
    for (const [name, template] of all()) {
      const statements = (['Images', 'Migrations'] as const).flatMap((each) =>
        statementsOf(template, each),
      );
      const everywhere = statements
        .filter(({ Effect, Resource }) => Effect === 'Allow' && [Resource].flat().includes('*'))
        .flatMap(({ Action }) => Action);
      expect(
        everywhere.filter((action) => !exceptions.test(action)),
        name,
      ).toEqual([]);
      const wide = statements
        .flatMap(({ Action }) => Action)
        .filter((action) => /:\*$/.test(action));
      expect(wide, name).toEqual([]);
    }
  });
});

describe('the bucket', () => {
  test('is private, is retained when the stack is deleted, and expires incomplete uploads', () => {
    plain.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: {
          Rules: [Match.objectLike({ AbortIncompleteMultipartUpload: Match.anyValue() })],
        },
      },
    });
    full.hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: Match.objectLike({
        ServerSideEncryptionConfiguration: [
          {
            ServerSideEncryptionByDefault: Match.objectLike({ SSEAlgorithm: 'aws:kms' }),
            BucketKeyEnabled: true,
          },
        ],
      }),
    });
  });

  test('is not changed when it exists already', () => {
    for (const template of [existingResources, password])
      template.resourceCountIs('AWS::S3::Bucket', 0);
  });

  test('notifies the queue, once the queue accepts that', () => {
    plain.hasResource('AWS::S3::Bucket', {
      DependsOn: [Match.stringLikeRegexp('^UploadQueuePolicy')],
      Properties: {
        NotificationConfiguration: {
          QueueConfigurations: [{ Event: 's3:ObjectCreated:*', Queue: Match.anyValue() }],
        },
      },
    });
    plain.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: { Service: 's3.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ]),
      },
    });
  });
});

describe('the queue', () => {
  test('hides messages for six times the function’s timeout, and moves them away after five tries', () => {
    plain.hasResourceProperties('AWS::Lambda::Function', {
      Handler: 'index.handler',
      Timeout: 120,
    });
    plain.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 720,
      RedrivePolicy: Match.objectLike({ maxReceiveCount: 5 }),
    });
    plain.hasResourceProperties('AWS::SQS::Queue', {
      MessageRetentionPeriod: 14 * 24 * 60 * 60,
      RedrivePolicy: Match.absent(),
    });
  });

  test('accepts everything that S3 sends', () => {
    plain.hasResourceProperties('AWS::SQS::Queue', { MaximumMessageSize: 1_048_576 });
  });

  test('invokes the function with partial batch failures and the configured concurrency', () => {
    plain.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 5,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 20 },
    });
  });
});

describe('events', () => {
  test('from EventBridge are filtered before the queue', () => {
    const [rule] = Object.values(password.findResources('AWS::Events::Rule'));
    const pattern = rule?.Properties.EventPattern;
    const event = (key: string) => eventBridgeEvent({ bucket: 'my-uploads', key });
    expect(matches(pattern, event('a.jpg'))).toBe(true);
    expect(matches(pattern, event('grayscale/a.jpg'))).toBe(false);
    expect(matches(pattern, eventBridgeEvent({ bucket: 'other', key: 'a.jpg' }))).toBe(false);

    const [prefixed] = Object.values(full.findResources('AWS::Events::Rule'));
    const from = { ...prefixed?.Properties.EventPattern.detail, bucket: { name: ['uploads'] } };
    const detail = (key: string) => eventBridgeEvent({ bucket: 'uploads', key }).detail;
    expect(matches(from, detail('incoming/a.jpg'))).toBe(true);
    expect(matches(from, detail('grayscale/incoming/a.jpg'))).toBe(false);
  });
});

describe('removals', () => {
  const kinds = ['s3:ObjectCreated:*', 's3:ObjectRemoved:*', 's3:LifecycleExpiration:*'];
  const queueEvents = (template: Template) =>
    Object.values(template.findResources('AWS::S3::Bucket')).flatMap(({ Properties }) =>
      Properties.NotificationConfiguration.QueueConfigurations.map(
        ({ Event }: { Event: string }) => Event,
      ),
    );
  const detailTypes = (template: Template) =>
    Object.values(template.findResources('AWS::Events::Rule')).flatMap(
      ({ Properties }) => Properties.EventPattern['detail-type'],
    );

  test('are announced, and outputs may be deleted, when outputs follow their sources', () => {
    expect(queueEvents(following)).toEqual(kinds);
    expect(detailTypes(followingByRule)).toEqual(['Object Created', 'Object Deleted']);
    expect(allowed(following, 's3:DeleteObject')).toEqual([
      expect.stringContaining('/grayscale/*'),
    ]);
    expect(allowed(followingByRule, 's3:DeleteObject')).toEqual([
      expect.stringContaining('my-outputs/grayscale/*'),
    ]);
    for (const template of [following, followingByRule]) {
      for (const handler of ['index.handler', 'index.migrate']) {
        expect(variablesOf(template, handler)).toMatchObject({ ON_SOURCE_DELETED: 'delete' });
      }
      // Database rights are granted when the schema is prepared, and again when this changes.
      template.hasResourceProperties('Custom::GrayscaleSchema', { onSourceDeleted: 'delete' });
    }
  });

  test('may read the outputs that they delete, and learn that one is missing', () => {
    for (const template of [following, followingByRule]) {
      expect(allowed(template, 's3:GetObject')).toContainEqual(
        expect.stringContaining('grayscale/*'),
      );
      expect(statementsOf(template, 'Images')).not.toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Action: 's3:GetObject' }),
      );
    }
    const lists = allowed(followingByRule, 's3:ListBucket').join();
    expect(lists).toContain('my-uploads');
    expect(lists).toContain('my-outputs');
  });

  test('are neither announced nor followed by default', () => {
    expect(queueEvents(plain)).toEqual(['s3:ObjectCreated:*']);
    expect(detailTypes(password)).toEqual(['Object Created']);
    for (const template of [plain, full, existingResources, password]) {
      expect(allowed(template, 's3:DeleteObject')).toEqual([]);
      expect(variablesOf(template, 'index.handler')).toMatchObject({ ON_SOURCE_DELETED: 'keep' });
    }
  });
});

describe('the function', () => {
  test('reads sources and writes outputs, and never the reverse', () => {
    expect(allowed(plain, 's3:PutObject')).toEqual([expect.stringContaining('/grayscale/*')]);
    expect(allowed(plain, 's3:ListBucket')).toHaveLength(1);
    expect(statementsOf(plain, 'Images')).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Action: 's3:GetObject' }),
    );
    expect(allowed(full, 's3:GetObject')).toEqual([expect.stringContaining('/incoming/*')]);
    expect(allowed(existingResources, 's3:GetObject')).toEqual([
      expect.stringContaining('my-uploads/*'),
    ]);
    expect(allowed(existingResources, 's3:PutObject')).toEqual([
      expect.stringContaining('my-outputs/gray'),
    ]);
    expect(allowed(plain, 's3:DeleteObject')).toEqual([]);
  });

  test('receives the settings', () => {
    expect(variablesOf(full, 'index.handler')).toMatchObject({
      GRAY_FORMAT: 'webp',
      GRAY_QUALITY: '80',
      METRICS_NAMESPACE: { Ref: 'AWS::StackName' },
    });
    expect(variablesOf(existingResources, 'index.handler')).toMatchObject({
      S3_BUCKET: 'my-uploads',
      OUTPUT_BUCKET: 'my-outputs',
      DB_HOST: 'db.example.com',
    });
  });

  test('is deployed after the migrations, which run again when the code changes', () => {
    const [schemaId] = Object.keys(plain.findResources('Custom::GrayscaleSchema'));
    plain.hasResource('AWS::Lambda::Function', {
      Properties: { Handler: 'index.handler' },
      DependsOn: Match.arrayWith([schemaId]),
    });
    plain.hasResourceProperties('Custom::GrayscaleSchema', { codeSha256: 'abc' });
  });
});

describe('the database', () => {
  test('has no password', () => {
    for (const template of [plain, full]) {
      template.hasResourceProperties('AWS::RDS::DBCluster', {
        MasterUserAuthenticationType: 'iam-db-auth',
        MasterUserPassword: Match.absent(),
        EnableIAMDatabaseAuthentication: true,
        StorageEncrypted: true,
      });
      template.resourceCountIs('AWS::SecretsManager::Secret', 0);
      expect(variablesOf(template, 'index.handler')).not.toHaveProperty('DB_PASSWORD');
    }
  });

  test('has separate roles for the function and the migrations', () => {
    expect(variablesOf(plain, 'index.handler')).toMatchObject({
      DB_AUTH: 'iam',
      DB_USER: 'grayscale_app',
    });
    expect(variablesOf(plain, 'index.migrate')).toMatchObject({
      DB_USER: 'grayscale_owner',
      DB_APPLICATION_ROLE: 'grayscale_app',
    });
    expect(allowed(plain, 'rds-db:connect')).toEqual([expect.stringContaining('/grayscale_app')]);
    expect(allowed(existingResources, 'rds-db:connect')).toEqual([
      expect.stringContaining(':dbuser:db-ABC/grayscale_app'),
    ]);
  });

  test('is kept as a snapshot when the stack is deleted, and pauses only if that is set', () => {
    plain.hasResource('AWS::RDS::DBCluster', { DeletionPolicy: 'Snapshot' });
    plain.hasResourceProperties('AWS::RDS::DBCluster', {
      ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, SecondsUntilAutoPause: Match.absent() },
    });
    made.templates.development?.hasResourceProperties('AWS::RDS::DBCluster', {
      ServerlessV2ScalingConfiguration: { MinCapacity: 0, SecondsUntilAutoPause: 600 },
    });
  });

  test('is reached through a proxy only by the function', () => {
    full.hasResourceProperties('AWS::RDS::DBProxy', {
      DefaultAuthScheme: 'IAM_AUTH',
      RequireTLS: true,
    });
    const host = (handler: string) => JSON.stringify(variablesOf(full, handler).DB_HOST);
    expect(host('index.handler')).toContain('Proxy');
    expect(host('index.migrate')).toContain('Cluster');
  });

  test('that exists already can have a password, which the template refers to by name', () => {
    expect(variablesOf(password, 'index.handler')).toMatchObject({
      DB_USER: 'app',
      DB_PASSWORD: '{{resolve:secretsmanager:database:SecretString:password::}}',
      DB_SSL: 'verify-full',
    });
    expect(variablesOf(password, 'index.migrate')).not.toHaveProperty('DB_APPLICATION_ROLE');
  });
});

describe('the role of batch jobs on the bucket', () => {
  const statements = (template: Template): Statement[] =>
    Object.entries(template.findResources('AWS::IAM::Policy'))
      .filter(([id]) => id.startsWith('BatchJob'))
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
  const resourceOf = (template: Template, action: string) =>
    JSON.stringify(statements(template).find(({ Action }) => Action === action)?.Resource);

  test('can be assumed only by S3 Batch Operations of this account', () => {
    plain.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: { Service: 'batchoperations.s3.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
    });
  });

  test('may only call the function, list the sources and write reports', () => {
    const actions = statements(plain).map(({ Action }) => Action);
    expect(actions).toEqual([
      'lambda:InvokeFunction',
      's3:PutInventoryConfiguration',
      's3:PutObject',
    ]);
    expect(resourceOf(plain, 'lambda:InvokeFunction')).toMatch(
      /^{"Fn::GetAtt":\["ImagesFunction[0-9A-F]+","Arn"]}$/,
    );
    expect(resourceOf(plain, 's3:PutObject')).toContain('/grayscale/backfill-reports/*');
  });

  test('lists an existing bucket, and writes into the output bucket', () => {
    expect(resourceOf(existingResources, 's3:PutInventoryConfiguration')).toContain(
      ':s3:::my-uploads"',
    );
    expect(resourceOf(existingResources, 's3:PutObject')).toContain(
      ':s3:::my-outputs/grayscale/backfill-reports/*"',
    );
  });

  test('is a stack output, next to the function that it calls', () => {
    for (const [, template] of all()) {
      const outputs = Object.keys(template.findOutputs('*'));
      expect(outputs).toEqual(expect.arrayContaining(['BatchJobRoleArn', 'FunctionArn']));
    }
  });
});

describe('an alarm is raised', () => {
  const expected = [
    ['ApproximateNumberOfMessagesVisible', 0],
    ['ApproximateAgeOfOldestMessage', 1440],
    ['Throttles', 0],
    ['RecursiveInvocationsDropped', 0],
    ['DatabaseConnections', 40],
    ['ACUUtilization', 90],
  ] as const;

  test.each(expected)('when %s is above %d', (metric, threshold) => {
    plain.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: metric,
      Threshold: threshold,
      ComparisonOperator: 'GreaterThanThreshold',
      AlarmActions: [{ Ref: Match.stringLikeRegexp('^AlarmsTopic') }],
    });
  });

  test('and sent by mail when an address is set', () => {
    full.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
    plain.resourceCountIs('AWS::SNS::Subscription', 0);
  });
});
