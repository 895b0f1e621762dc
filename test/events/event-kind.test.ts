import { expect, test } from 'vitest';
import { eventKind } from '../../src/events/index.ts';
import {
  batchOperationsV1Event,
  batchOperationsV2Event,
  eventBridgeEvent,
  minioEvent,
  s3Event,
  s3TestEvent,
  seaweedFsEvent,
  snsEvent,
  snsNotification,
  sqsEvent,
} from '../../testing/events.ts';

test.each([
  ['sqs', sqsEvent(s3Event())],
  ['sqs', sqsEvent('no JSON')],
  ['sqs', { Records: [{ eventSource: 'aws:sqs' }] }],
  ['s3', s3Event()],
  ['s3', { Records: [null, ...s3Event().Records] }],
  ['s3', minioEvent()],
  ['s3', s3TestEvent()],
  ['sns', snsEvent(s3Event())],
  ['sns', { Records: [{ EventSource: 'aws:sns' }] }],
  ['sns', snsNotification(s3Event())],
  ['eventbridge', eventBridgeEvent()],
  ['eventbridge', [eventBridgeEvent()]],
  ['eventbridge', sqsEvent(s3Event()).Records],
  ['s3-batch-operations', batchOperationsV1Event()],
  ['s3-batch-operations', { ...batchOperationsV2Event(), tasks: 'none' }],
  ['s3-batch-operations', { invocationSchemaVersion: '1.0' }],
  ['seaweedfs', seaweedFsEvent()],
  ['unknown', { requestContext: { http: {} }, body: JSON.stringify(s3Event()) }],
  ['unknown', { Records: [] }],
  ['unknown', { Records: {} }],
  ['unknown', { Records: [{ dynamodb: {} }] }],
  ['unknown', []],
  ['unknown', [1, null]],
  ['unknown', { key1: 'value1' }],
  ['unknown', 'text'],
  ['unknown', null],
])('the kind of an event is %s: %j', (kind, event) => {
  expect(eventKind(event)).toBe(kind);
});
