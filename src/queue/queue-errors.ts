import { schemaOutdated, Unavailable } from '../pipeline/index.ts';

/** The database lacks the tables of the queue, or has those of an older release. */
export class QueueNotMigratedError extends Unavailable {
  override name = 'QueueNotMigratedError';

  constructor(options?: ErrorOptions) {
    super(`Expected the tables of the queue in this version. ${notMigratedAdvice}`, {
      ...options,
      code: schemaOutdated,
      advice: notMigratedAdvice,
    });
  }
}

const notMigratedAdvice =
  'The tables of the queue are missing or older: run `grayscale migrate` with QUEUE=postgres.';

const queueAdvice =
  'The queue does not answer: check QUEUE_URL, AWS_REGION, the credentials and the network.';

/** SQS does not answer, or refuses the request. */
export class QueueUnavailableError extends Unavailable {
  override name = 'QueueUnavailableError';

  constructor(queueUrl: string, cause: Error) {
    super(
      `Expected the queue ${queueUrl} to accept the request but it did not (${cause.name}: ${cause.message}). ${queueAdvice}`,
      { cause, code: 'QUEUE_UNAVAILABLE', advice: queueAdvice },
    );
  }
}
