import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Settings } from './settings-schema.ts';

/** Creates the stack's own key if requested. Otherwise AWS's keys are used, at no cost. */
export function createKey(scope: Construct, { encryption, events }: Settings): Key | undefined {
  if (encryption === 'aws') return undefined;
  const key = new Key(scope, 'Key', {
    description: 'Encrypts the data of the grayscale image processor',
    enableKeyRotation: true,
    // Snapshots and images need the key after the stack is deleted; a failed deployment does not.
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  const { account } = Stack.of(scope);
  // Services that send to the encrypted queue and the encrypted topic.
  for (const service of [events === 'sqs' ? 's3' : 'events', 'cloudwatch']) {
    allow(key, `${service}.amazonaws.com`, ['kms:Decrypt', 'kms:GenerateDataKey'], {
      StringEquals: { 'aws:SourceAccount': account },
    });
  }
  allowLogs(key, Stack.of(scope));
  return key;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
function allowLogs(key: Key, stack: Stack): void {
  const logGroups = stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const actions = ['Encrypt', 'Decrypt', 'ReEncrypt*', 'GenerateDataKey*', 'Describe*'];
  allow(
    key,
    `logs.${stack.region}.amazonaws.com`,
    actions.map((action) => `kms:${action}`),
    { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups } },
  );
}

function allow(
  key: Key,
  service: string,
  actions: string[],
  conditions: Record<string, Record<string, string>>,
): void {
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal(service)],
      actions,
      // In a key's policy, `*` means this key.
      resources: ['*'],
      conditions,
    }),
  );
}
