import { Unavailable } from '../pipeline/index.ts';

/** The database lacks the tables of the queue, or has those of an older release. */
export class QueueNotMigratedError extends Unavailable {
  readonly code = 'SCHEMA_OUTDATED';

  constructor(options?: ErrorOptions) {
    super(
      'Expected the tables of the queue in this version but they are missing or older. Run `grayscale migrate` with QUEUE=postgres.',
      options,
    );
    this.name = 'QueueNotMigratedError';
  }
}

/** SQS does not answer, or refuses the request. */
export class QueueUnavailableError extends Unavailable {
  readonly code = 'QUEUE_UNAVAILABLE';

  constructor(queueUrl: string, cause: Error) {
    super(
      `Expected the queue ${queueUrl} to accept the request but it did not (${cause.name}: ${cause.message}). Check QUEUE_URL, AWS_REGION, the credentials and the network.`,
      { cause },
    );
    this.name = 'QueueUnavailableError';
  }
}
