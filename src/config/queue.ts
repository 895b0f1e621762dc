import { integer, optional, url, variable } from './variable.ts';

export const queue = {
  url: optional(
    'QUEUE_URL',
    url,
    'SQS queue that `backfill`, `retry` and `verify --repair` send uploads to; without it, they convert in their own process.',
  ),
  maxFunctions: variable(
    'LAMBDA_MAX_CONCURRENCY',
    integer(1, 1_000),
    20,
    'Max concurrent functions, for the duration that `backfill` estimates: `maxConcurrency` of the stack.',
  ),
};
