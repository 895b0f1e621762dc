import { integer, oneOf, optional, url, variable } from './variable.ts';

export const queue = {
  kind: optional(
    'QUEUE',
    oneOf('postgres', 'sqs'),
    'Where uploads wait for `grayscale work`: `postgres`, in the configured database, or `sqs`, in the queue of `QUEUE_URL`. If both are unset, uploads are converted where they arrive.',
  ),
  url: optional(
    'QUEUE_URL',
    url,
    'SQS queue to which `serve`, `backfill`, `retry` and `verify --repair` send uploads, and from which `work` takes them.',
  ),
  workerPort: optional(
    'WORKER_PORT',
    integer(0, 65_535),
    'Port on which `work` serves `/healthz`, `/readyz` and `/metrics`, at the address `HOST`; 0 picks a free port. If unset, it serves nothing.',
  ),
  maxFunctions: variable(
    'LAMBDA_MAX_CONCURRENCY',
    integer(1, 1_000),
    20,
    'Max concurrent functions, for the duration estimates of `backfill`. Use the stack’s `maxConcurrency`.',
  ),
};
