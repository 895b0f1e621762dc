import { integer, optional, url, variable } from './variable.ts';

export const queue = {
  url: optional(
    'QUEUE_URL',
    url,
    'SQS queue to which `backfill`, `retry` and `verify --repair` send uploads. If unset, they convert in their own process.',
  ),
  maxFunctions: variable(
    'LAMBDA_MAX_CONCURRENCY',
    integer(1, 1_000),
    20,
    'Max concurrent functions, for the duration estimates of `backfill`. Use the stack’s `maxConcurrency`.',
  ),
};
