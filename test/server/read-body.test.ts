import { expect, test } from 'vitest';
import { readBody } from '../../src/server/transfer/read-body.ts';

function requestOf(pieces: string[], headers: Record<string, string> = {}): Request {
  const body = ReadableStream.from(pieces.map((piece) => Buffer.from(piece)));
  const init = { method: 'POST', body, headers, duplex: 'half' };
  return new Request('http://localhost/', init as RequestInit);
}

const read = async (request: Request, maxBytes = 100) =>
  Buffer.from(
    await readBody(request, { maxBytes, signal: new AbortController().signal }),
  ).toString();

const pieces = ['a', 'bcd', '', 'efghijk', 'lm'];

test.each([
  ['nothing', {}],
  ['the actual length', { 'content-length': '13' }],
  ['less than the actual length', { 'content-length': '2' }],
  ['more than the actual length', { 'content-length': '99' }],
])('reads all chunks in order when the client announces %s', async (_, headers) => {
  expect(await read(requestOf(pieces, headers))).toBe('abcdefghijklm');
});

test('reads an empty body', async () => {
  expect(await read(requestOf([]))).toBe('');
});

test('refuses one byte too many, announced or not', async () => {
  expect(await read(requestOf(pieces), 13)).toHaveLength(13);
  await expect(read(requestOf(pieces), 12)).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
  const announced = requestOf(pieces, { 'content-length': '13' });
  await expect(read(announced, 12)).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
});
