import type { Context } from 'aws-lambda';

/** The context that Lambda passes to a function with the event. */
export const lambdaContext: Context = {
  functionName: 'grayscale-test',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:grayscale-test',
  memoryLimitInMB: '1769',
  awsRequestId: '5c8c9a3e-0000-4000-8000-000000000000',
  logGroupName: '/aws/lambda/grayscale-test',
  logStreamName: 'test',
  callbackWaitsForEmptyEventLoop: false,
  getRemainingTimeInMillis: () => 60_000,
  done() {},
  fail() {},
  succeed() {},
};
