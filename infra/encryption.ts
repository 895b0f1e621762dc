import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Settings } from './settings-schema.ts';

/** A key of the stack's own, where that is asked for; AWS's keys are otherwise used, at no cost. */
export function createKey(scope: Construct, { encryption }: Settings): Key | undefined {
  if (encryption === 'aws') return undefined;
  const key = new Key(scope, 'Key', {
    description: 'What the grayscale image processor stores',
    enableKeyRotation: true,
  });
  // Who sends encrypted messages: uploads to the queue, alarms to the topic.
  for (const service of ['s3', 'events', 'cloudwatch']) {
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(`${service}.amazonaws.com`)],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        // In a key's policy, this key.
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
      }),
    );
  }
  return key;
}
