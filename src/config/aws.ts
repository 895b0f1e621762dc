import { integer, optional, text, url } from './variable.ts';

/** Variables that AWS or its SDK defines and that the program also reads. */
export const aws = {
  region: optional(
    'AWS_REGION',
    text,
    'Read by the AWS SDK; defaults to `us-east-1` if an endpoint is set.',
  ),
  endpoint: optional(
    'AWS_ENDPOINT_URL',
    url,
    'Read by the AWS SDK: endpoint of the store and the queue outside AWS.',
  ),
  s3Endpoint: optional(
    'AWS_ENDPOINT_URL_S3',
    url,
    'Read by the AWS SDK: endpoint of the store only.',
  ),
  lambdaMemoryMb: optional(
    'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
    integer(1),
    'Set by AWS Lambda. Half of it is the default of `MEMORY_BUDGET_MB`.',
  ),
};
