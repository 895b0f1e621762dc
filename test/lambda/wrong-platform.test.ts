import { expect, test } from 'vitest';
import { explainStart } from '../../src/lambda/wrong-platform.ts';

// Another test runs a package for a different processor and checks the message about the missing
// binary.
test.each([
  new Error('Could not load the "sharp" module using the linux-x64 runtime\nERR_DLOPEN_FAILED: no'),
  new Error('Cannot find module ./handler.js'),
  'a string',
])('any other error at the start is reported unchanged: %s', (error) => {
  let thrown: unknown;
  try {
    explainStart(error);
  } catch (cause) {
    thrown = cause;
  }
  expect(thrown).toBe(error);
});
