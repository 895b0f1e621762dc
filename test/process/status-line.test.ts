import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { formatProgress, startStatusLine } from '../../src/process/status-line.ts';
import { printError } from '../../src/process/terminal.ts';

const clear = '\r\u001b[K';
let written: string;
const terminal = {
  isTTY: true,
  columns: 20,
  write: (text: string | Uint8Array) => {
    written += text;
    return true;
  },
};
beforeEach(() => {
  written = '';
  vi.spyOn(console, 'error').mockImplementation((line) => void terminal.write(`${line}\n`));
});
afterEach(() => vi.restoreAllMocks());

describe('the status line', () => {
  test('is cleared before a line is printed, and shown again below it', () => {
    const line = startStatusLine(terminal);
    line.show('half done');
    printError('failed: a.png');
    line.stop();
    printError('end');
    expect(written).toBe(`${clear}half done${clear}failed: a.png\n${clear}half done${clear}end\n`);
  });

  test('never wraps, and leaves the wrapping of the terminal alone', () => {
    const line = startStatusLine(terminal);
    line.show('x'.repeat(100));
    line.stop();
    expect(written).toBe(`${clear}${'x'.repeat(19)}${clear}`);
  });

  test('shows nothing where there is no terminal', () => {
    const line = startStatusLine({ ...terminal, isTTY: false });
    line.show('half done');
    printError('failed');
    line.stop();
    expect(written).toBe('failed\n');
  });
});

test.each([
  [{ done: 0, total: 17, elapsedMs: 0 }, '[....................] 0%  0 of 17'],
  [{ done: 5, total: 20, elapsedMs: 3_000 }, '[=====...............] 25%  5 of 20  9s left'],
  [
    { done: 1, total: 1e6, isGrowing: true, elapsedMs: 12 },
    '[....................] 0%  1 of 1000000 or more  3h20m left',
  ],
])('formats progress in less than 60 columns: %o', (progress, text) => {
  expect(formatProgress(progress)).toBe(text);
  expect(text.length).toBeLessThan(60);
});
