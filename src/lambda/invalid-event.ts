import type { S3BatchEvent } from 'aws-lambda';
import { expected, fieldsOf } from '../events/index.ts';

/** An event that claims one kind but does not have its shape. A retry does not help. */
export class InvalidEventError extends Error {
  readonly code = 'INVALID_EVENT';

  constructor(message: string) {
    super(`${message} Send the event as S3 Batch Operations writes it.`);
    this.name = 'InvalidEventError';
    // Lambda logs the stack, but where this error was thrown is of no use.
    this.stack = `${this.name}: ${this.message}`;
  }
}

/** Returns what is wrong with a job's event: no tasks, or a task without an id to answer. */
export function problemOfBatch({ tasks, invocationId }: S3BatchEvent): string | undefined {
  if (typeof invocationId !== 'string') return expected('an invocationId', invocationId);
  if (!Array.isArray(tasks)) return expected('tasks to be an array', tasks);
  const isWrong = (task: unknown) => typeof fieldsOf(task).taskId !== 'string';
  const wrong = tasks.findIndex(isWrong);
  return wrong < 0 ? undefined : expected('each task to have a taskId', tasks[wrong]);
}
