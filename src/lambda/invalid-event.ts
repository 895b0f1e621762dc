import type { S3BatchEvent } from 'aws-lambda';
import { describeMismatch, fieldsOf } from '../events/index.ts';

/** An event that claims one kind but does not have its shape. A retry does not help. */
export class InvalidEventError extends Error {
  readonly code = 'INVALID_EVENT';

  constructor(message: string) {
    super(`${message} Send the event in the format of S3 Batch Operations.`);
    this.name = 'InvalidEventError';
    // Lambda logs the stack, but where this error was thrown is of no use.
    this.stack = `${this.name}: ${this.message}`;
  }
}

/** Returns what is wrong with a job's event: no tasks, or a task without an id to answer. */
export function findBatchProblem({ tasks, invocationId }: S3BatchEvent): string | undefined {
  if (typeof invocationId !== 'string') return describeMismatch('an invocationId', invocationId);
  if (!Array.isArray(tasks)) return describeMismatch('tasks to be an array', tasks);
  const hasNoId = (task: unknown) => typeof fieldsOf(task).taskId !== 'string';
  const invalidIndex = tasks.findIndex(hasNoId);
  return invalidIndex < 0
    ? undefined
    : describeMismatch('each task to have a taskId', tasks[invalidIndex]);
}
