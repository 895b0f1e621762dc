/**
 * Messages of queues and topics around events, copied from the samples of AWS, with made-up
 * accounts.
 */

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export function sqsEvent(...bodies: unknown[]) {
  return {
    Records: bodies.map((body, index) => ({
      messageId: `059f36b4-87a3-44ab-83d2-66197${index}`,
      receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...',
      body: bodyText(body),
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '1772368245123',
        SenderId: 'AIDAIENQZJOLO23YVJ4VO',
        ApproximateFirstReceiveTimestamp: '1772368245130',
      },
      messageAttributes: {},
      md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-2:123456789012:uploads',
      awsRegion: 'us-east-2',
    })),
  };
}

/** What the SDK's ReceiveMessage returns. */
export function receivedMessages(...bodies: unknown[]) {
  return {
    Messages: bodies.map((body, index) => ({
      MessageId: `059f36b4-87a3-44ab-83d2-66197${index}`,
      ReceiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...',
      MD5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
      Body: bodyText(body),
    })),
  };
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
export function snsNotification(message: unknown, { type = 'Notification' } = {}) {
  return {
    Type: type,
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: 'arn:aws:sns:us-west-2:123456789012:uploads',
    Subject: 'Amazon S3 Notification',
    Message: bodyText(message),
    Timestamp: '2026-03-01T12:30:46.000Z',
    SignatureVersion: '1',
    Signature: 'EXAMPLEw6JRN...',
    SigningCertURL: 'https://sns.us-west-2.amazonaws.com/SimpleNotificationService-example.pem',
    UnsubscribeURL: 'https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=...',
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export function snsEvent(...messages: unknown[]) {
  return {
    Records: messages.map((message) => ({
      EventVersion: '1.0',
      EventSubscriptionArn: 'arn:aws:sns:us-east-1:123456789012:uploads:21be56ed-a058-49f5-8c98',
      EventSource: 'aws:sns',
      Sns: { ...snsNotification(message), MessageAttributes: {} },
    })),
  };
}

function bodyText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}
