// The templates from an auditor’s view: what AWS’s documentation requires beyond cdk-nag’s rules.
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { FLAGS } from 'aws-cdk-lib/cx-api';
import { describe, expect, test } from 'vitest';
import { createApp } from '../../infra/checked-app.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { synthesize } from './synthesize.ts';
import { variants } from './variants.ts';

const { plain, full, encrypted, existingResources } = variants;
const synthesized = synthesize({ plain, full, duplicate: full, encrypted, existingResources });
const { warnings } = synthesized;
const templates = synthesized.templates as Record<
  'plain' | 'full' | 'duplicate' | 'encrypted' | 'existingResources',
  Template
>;

interface Statement {
  Effect: string;
  Action: string | string[];
  Principal: { Service?: unknown };
  Condition?: Record<string, Record<string, unknown>>;
}

function statementsOf(template: Template, type: string, service: string): Statement[] {
  return Object.values(template.findResources(type))
    .flatMap(({ Properties }) => (Properties.PolicyDocument ?? Properties.KeyPolicy).Statement)
    .filter(({ Principal }) => JSON.stringify(Principal.Service ?? '').includes(service));
}

describe('alarms', () => {
  test.each(Object.keys(templates))('of %s may notify the topic, in this account only', (name) => {
    const template = templates[name as keyof typeof templates];
    const statements = statementsOf(template, 'AWS::SNS::TopicPolicy', 'cloudwatch');
    expect(statements).toEqual([
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'sns:Publish',
        Condition: {
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
          ArnLike: { 'aws:SourceArn': { 'Fn::Join': ['', expect.arrayContaining([':alarm:*'])] } },
        },
      }),
    ]);
  });

  test('may use the key of an encrypted topic', () => {
    expect(statementsOf(templates.encrypted, 'AWS::KMS::Key', 'cloudwatch')).toEqual([
      expect.objectContaining({ Action: ['kms:Decrypt', 'kms:GenerateDataKey'] }),
    ]);
    templates.encrypted.hasResourceProperties('AWS::SNS::Topic', {
      KmsMasterKeyId: Match.anyValue(),
    });
  });

  test('without a subscriber cause a warning at synth', () => {
    const id = 'Annotation::grayscale:noAlarmSubscriber';
    expect(warnings).toContain(`${id} at plain/Alarms`);
    expect(warnings).not.toContain(`${id} at full/Alarms`);
  });
});

describe('a second stack', () => {
  test('has the behaviour that CDK recommends for new projects', async () => {
    const { node } = createApp({ outdir: await temporaryFolder() });
    const flags = Object.entries(FLAGS);
    const settingOf = ([name, { unconfiguredBehavesLike }]: (typeof flags)[number]) =>
      node.tryGetContext(name) ?? unconfiguredBehavesLike?.v2;
    expect(flags.length).toBeGreaterThan(100);
    expect(Object.fromEntries(flags.map((flag) => [flag[0], settingOf(flag)]))).toEqual(
      Object.fromEntries(flags.map(([name, { recommendedValue }]) => [name, recommendedValue])),
    );
  });

  test('shares no name with the first', () => {
    const first = namesOf(templates.full);
    const second = new Set(namesOf(templates.duplicate));
    expect(first).toContainEqual(expect.stringContaining('AWS::RDS::DBProxy DBProxyName'));
    expect(first.filter((name) => second.has(name))).toEqual([]);
  });
});

/** The properties that name a resource in the account. */
function namesOf(template: Template): string[] {
  return Object.values(template.toJSON().Resources as Record<string, Resource>).flatMap(
    ({ Type, Properties = {} }) =>
      Object.entries(Properties)
        .filter(([name]) => /(Name|Identifier)$/.test(name) && !isWithin.has(`${Type} ${name}`))
        .filter(([, value]) => typeof value === 'string')
        .map(([name, value]) => `${Type} ${name} ${value}`),
  );
}
interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
}
/** Names within a role, a cluster or a namespace, and one that AWS defines. */
const isWithin = new Set([
  'AWS::IAM::Policy PolicyName',
  'AWS::RDS::DBCluster DatabaseName',
  'AWS::RDS::DBCluster DBClusterParameterGroupName',
  'AWS::RDS::DBProxyTargetGroup TargetGroupName',
  'AWS::CloudWatch::Alarm MetricName',
]);

describe('a customer-managed key', () => {
  test('encrypts logs and environments, and CloudWatch Logs may use it', () => {
    for (const template of [templates.full, templates.encrypted]) {
      template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: Match.anyValue() });
      template.allResourcesProperties('AWS::Lambda::Function', { KmsKeyArn: Match.anyValue() });
      const [statement] = statementsOf(template, 'AWS::KMS::Key', 'logs.');
      expect(statement?.Condition?.ArnLike).toHaveProperty(['kms:EncryptionContext:aws:logs:arn']);
    }
  });

  test('may be used for the queue only by the service that sends events', () => {
    const senders = (template: Template) =>
      ['s3.', 'events.'].filter(
        (service) => statementsOf(template, 'AWS::KMS::Key', service).length > 0,
      );
    expect(senders(templates.encrypted)).toEqual(['s3.']);
    expect(senders(templates.full)).toEqual(['events.']);
  });
});

describe('the queue', () => {
  test('accepts events from buckets and rules named by account or ARN', () => {
    const conditions = (template: Template) =>
      ['s3.', 'events.'].flatMap((service) =>
        statementsOf(template, 'AWS::SQS::QueuePolicy', service).map(({ Condition = {} }) =>
          Object.assign({}, ...Object.values(Condition)),
        ),
      );
    for (const template of Object.values(templates)) {
      expect(conditions(template).length).toBeGreaterThan(0);
      for (const condition of conditions(template)) {
        expect(condition).toHaveProperty(['aws:SourceArn']);
      }
    }
    expect(JSON.stringify(conditions(templates.existingResources))).toContain(':s3:::my-uploads');
  });

  test('is not used for other dead letters, and hides messages for six times the timeout', () => {
    for (const template of Object.values(templates)) {
      template.hasResourceProperties('AWS::SQS::Queue', {
        RedriveAllowPolicy: { redrivePermission: 'denyAll' },
        RedrivePolicy: Match.anyValue(),
        VisibilityTimeout: 720,
      });
    }
  });
});

describe('stored data', () => {
  test('expires only as old versions of outputs', () => {
    const rules = (template: Template) =>
      Object.values(template.findResources('AWS::S3::Bucket'))
        .flatMap(({ Properties }) => Properties.LifecycleConfiguration.Rules)
        .filter(({ NoncurrentVersionExpiration }) => NoncurrentVersionExpiration);
    expect(rules(templates.full)).toEqual([
      expect.objectContaining({
        Prefix: 'grayscale/',
        NoncurrentVersionExpiration: { NoncurrentDays: 30 },
      }),
    ]);
    expect(rules(templates.plain)).toEqual([]);
  });

  test('can be rolled back when the first deployment fails', () => {
    templates.plain.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'RetainExceptOnCreate' });
    templates.full.hasResource('AWS::KMS::Key', { DeletionPolicy: 'RetainExceptOnCreate' });
    templates.plain.hasResourceProperties('AWS::RDS::DBCluster', { DeletionProtection: false });
    templates.full.hasResourceProperties('AWS::RDS::DBCluster', { DeletionProtection: true });
  });

  test('is in a single instance, or unprotected, only with a warning at synth', () => {
    templates.plain.resourceCountIs('AWS::RDS::DBInstance', 1);
    templates.full.resourceCountIs('AWS::RDS::DBInstance', 2);
    for (const id of ['oneDatabaseInstance', 'noDeletionProtection']) {
      const of = (name: string) => `Annotation::grayscale:${id} at ${name}/Database`;
      expect(warnings).toContain(of('plain'));
      expect(warnings).not.toContain(of('full'));
      expect(warnings).not.toContain(of('encrypted'));
    }
  });
});
