import { expect, test } from 'vitest';
import { checksumIn, matchesChecksum } from '../../src/storage/s3-checksum.ts';

// The values of the digits 1 to 9 are in each algorithm's definition: https://reveng.sourceforge.io/crc-catalogue/
const digits = Buffer.from('123456789');
const known: [header: string, hex: string][] = [
  ['x-amz-checksum-crc32', 'cbf43926'],
  ['x-amz-checksum-crc32c', 'e3069283'],
  ['x-amz-checksum-crc64nvme', 'ae8b14860a799888'],
  ['x-amz-checksum-sha1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
  ['x-amz-checksum-sha256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
];

test.each(known)('%s is compared', async (header, hex) => {
  const checksum = checksumIn({ [header]: Buffer.from(hex, 'hex').toString('base64') });
  if (!checksum) throw new Error('Expected a checksum');
  expect(await matchesChecksum(digits, checksum)).toBe(true);
  expect(await matchesChecksum(digits.subarray(1), checksum)).toBe(false);
});

test('checksums of parts and unknown algorithms are ignored', () => {
  expect(checksumIn({ 'x-amz-checksum-sha256': 'c2hhMjU2-2' })).toBeUndefined();
  expect(checksumIn({ 'x-amz-checksum-xxhash64': 'YWJj' })).toBeUndefined();
  expect(checksumIn({ 'x-amz-checksum-type': 'FULL_OBJECT' })).toBeUndefined();
});
