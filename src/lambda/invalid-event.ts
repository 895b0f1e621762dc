import type { S3BatchEvent } from 'aws-lambda';
import { expected, fieldsOf } from '../events/index.ts';

/** An event that announces itself as one kind and is not of its shape. Another try changes nothing. */
export class InvalidEventError extends Error {
  readonly code = 'INVALID_EVENT';

  constructor(message: string) {
    super(`${message} Send the event as S3 Batch Operations writes it.`);
    this.name = 'InvalidEventError';
    // Lambda writes the stack to the log: where it was thrown helps nobody.
    this.stack = `${this.name}: ${this.message}`;
  }
}

/** What is wrong with the event of a job: no tasks, or a task without an id to answer it by. */
export function problemOfBatch({ tasks, invocationId }: S3BatchEvent): string | undefined {
  if (typeof invocationId !== 'string') return expected('an invocationId', invocationId);
  if (!Array.isArray(tasks)) return expected('tasks to be an array', tasks);
  const isWrong = (task: unknown) => typeof fieldsOf(task).taskId !== 'string';
  const wrong = tasks.findIndex(isWrong);
  return wrong < 0 ? undefined : expected('each task to have a taskId', tasks[wrong]);
}
