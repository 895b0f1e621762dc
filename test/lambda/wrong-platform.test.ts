import { expect, test } from 'vitest';
import { explainStart } from '../../src/lambda/wrong-platform.ts';

// That a missing binary is explained is seen by running a package for another processor.
test.each([
  new Error('Could not load the "sharp" module using the linux-x64 runtime\nERR_DLOPEN_FAILED: no'),
  new Error('Cannot find module ./handler.js'),
  'a string',
])('whatever else hinders the start is told as it is: %s', (error) => {
  let thrown: unknown;
  try {
    explainStart(error);
  } catch (cause) {
    thrown = cause;
  }
  expect(thrown).toBe(error);
});
