import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable } from '../../src/process/terminal.ts';
import { pathFromBytes, toFsPath } from '../../src/storage/path-bytes.ts';

test('every name keeps its bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.string({ unit: 'binary' }), (bytes, text) => {
      for (const name of [Buffer.from(bytes), Buffer.from(text)]) {
        expect(Buffer.from(toFsPath(pathFromBytes(name)))).toEqual(name);
      }
    }),
  );
});

test('bytes that are not UTF-8 are visible in messages', () => {
  expect(printable(pathFromBytes(Buffer.from('né\xe9', 'latin1')))).toBe('n\\xe9\\xe9');
  expect(pathFromBytes(Buffer.from('né'))).toBe('né');
});
