import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';

export function isCustomResource(event: unknown): event is CloudFormationCustomResourceEvent {
  return (
    typeof event === 'object' && event !== null && 'RequestType' in event && 'ResponseURL' in event
  );
}

interface CustomResourceResult {
  failure?: Error | undefined;
  data: Record<string, string>;
}

/** CloudFormation does not truncate a response: it rejects one above 4,096 bytes. */
const maxReasonLength = 1_000;
const pausesMs = [500, 2_000, 5_000];

/**
 * Reports the outcome of a custom resource to CloudFormation, at the S3 URL from its request.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
 */
export async function answerCloudFormation(
  event: CloudFormationCustomResourceEvent,
  { failure, data }: CustomResourceResult,
): Promise<void> {
  const body = JSON.stringify({
    Status: failure ? 'FAILED' : 'SUCCESS',
    ...(failure && { Reason: failure.message.slice(0, maxReasonLength) }),
    // Always the same: with a new id, CloudFormation would delete the old resource.
    PhysicalResourceId:
      'PhysicalResourceId' in event ? event.PhysicalResourceId : event.LogicalResourceId,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
    ...(!failure && { Data: data }),
  });
  for (const pauseMs of pausesMs) {
    if (await trySend(event.ResponseURL, body)) return;
    await sleep(pauseMs);
  }
  throw new Error('Expected CloudFormation to accept the response but it did not.');
}

async function trySend(url: string, body: string): Promise<boolean> {
  try {
    // The URL is signed for a request without a content type.
    const headers = { 'content-type': '' };
    const response = await fetch(url, { method: 'PUT', headers, body: Buffer.from(body) });
    return response.ok;
  } catch {
    return false;
  }
}
