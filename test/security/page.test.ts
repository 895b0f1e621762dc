// docs/security.md: each protection names its test, and each number is the one in the source.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defaultLimits } from '../../src/convert/index.ts';
import { maxFieldBytes } from '../../src/events/field-limits.ts';
import { maxRecords } from '../../src/events/index.ts';
import { maxSuperseded } from '../../src/pipeline/index.ts';
import { defaultClientLimits } from '../../src/server/server.ts';
import { defaultMinSpeed } from '../../src/server/transfer/body-chunks.ts';

const page = readFileSync('docs/security.md', 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.slice(2, -2).split(' | '));
const protections = rows.filter(([, proof = '']) => /test\.ts|^none$/.test(proof));

describe('each protection', () => {
  test('is in a table whose rows name a test, or say that there is none', () => {
    const tables = page.split('| protection | test |\n| --- | --- |\n').slice(1);
    const listed = tables.flatMap((table) => table.split('\n\n')[0]?.trim().split('\n') ?? []);
    expect(listed.length).toBeGreaterThan(40);
    expect(protections).toHaveLength(listed.length);
  });

  test.each(protections)('%s', (_, proof = '') => {
    if (proof === 'none') return;
    for (const one of proof.split(', ')) {
      const [, label, path = ''] = /^\[([\w-]+)\]\((\S+)\)( in part)?$/.exec(one) ?? [];
      expect(existsSync(join('docs', path)), one).toBe(true);
      expect(basename(path, '.test.ts')).toBe(label);
    }
  });
});

/**
 * A constant, a default or a field in the only file of this name: a number, a power or a product.
 */
function constant(file: string, name: string): number {
  const [path = '', ...others] = globSync(`src/**/${file}`);
  expect(others, file).toEqual([]);
  const found = new RegExp(`\\b${name}(?: =|:) ([\\d_* ]+)`).exec(readFileSync(path, 'utf8'));
  const powers = (found?.[1] ?? 'none').split(' * ').map((factor) => {
    const [base = NaN, exponent = 1] = factor.replaceAll('_', '').split('**').map(Number);
    return base ** exponent;
  });
  return powers.reduce((product, power) => product * power);
}

describe('each number', () => {
  const count = (value: number) => value.toLocaleString('en-US');
  const mib = (bytes: number) => `${bytes / 2 ** 20} MiB`;
  const seconds = (ms: number) => `${ms / 1e3} s`;
  const { maxBytes, maxPixels, maxPages, timeoutMs, maxOutputBytes } = defaultLimits;
  const watch = (name: string) => constant('watch-connections.ts', name);
  const { headersTimeoutMs } = defaultClientLimits;

  test.each([
    `At most ${mib(maxBytes)}, ${count(maxPixels)} pixels and ${count(maxPages)} pages`,
    `At most ${seconds(timeoutMs)} and ${mib(maxOutputBytes)} of output`,
    `the log has ${constant('bounded-log.ts', 'maxLines')} lines a minute`,
    `slower than ${count(defaultMinSpeed.bytesPerSecond)} bytes per second gets 408 after ${seconds(defaultMinSpeed.graceMs)}`,
    `Headers must arrive within ${seconds(headersTimeoutMs)}`,
    `At most ${watch('maxPipelined')} requests of a connection`,
    `At most ${constant('uploads.ts', 'maxUploads')} uploads`,
    `uploads, ${constant('image-files.ts', 'maxStreams')} files and ${constant('live.ts', 'maxStreams')} live streams`,
    `for ${seconds(watch('graceMs'))} plus 1 s per ${count(watch('bytesPerSecond'))} bytes`,
    `Unread answers hold at most ${mib(watch('maxUnreadBytes'))}`,
    `open requests get at most ${seconds(constant('uncaught-errors.ts', 'drainMs'))}`,
    `At most ${mib(constant('events.ts', 'maxEventBytes'))} (\`/v1/events\`) and ${count(maxRecords)} records`,
    `A key above ${count(maxFieldBytes.key)} bytes or a bucket above ${maxFieldBytes.bucket}`,
    `ETag or sequencer above ${maxFieldBytes.etag}, or a version above ${count(maxFieldBytes.versionId)}`,
    `at most ${constant('log-first.ts', 'maxLines')} log lines of a kind and ${maxSuperseded} superseded rows`,
  ])('%s', (sentence) => {
    expect(page).toContain(sentence);
  });

  test('is the same on the server and in the function', () => {
    expect(constant('line-limit.ts', 'maxLines')).toBe(constant('log-first.ts', 'maxLines'));
    expect(maxFieldBytes.sequencer).toBe(maxFieldBytes.etag);
  });

  test('of log lines applies to a minute', () => {
    expect(constant('bounded-log.ts', 'windowMs')).toBe(60_000);
  });
});
