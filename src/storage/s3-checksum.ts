import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A checksum that S3 keeps for an object. */
export interface Checksum {
  algorithm: string;
  base64: string;
}

const headerPrefix = 'x-amz-checksum-';

/** By the last part of their header, the fastest first. The last two are loaded on demand. */
const algorithms: Record<string, (bytes: Uint8Array) => Promise<Buffer> | Buffer> = {
  crc32(bytes) {
    const digest = Buffer.alloc(4);
    digest.writeUInt32BE(crc32(bytes));
    return digest;
  },
  sha1: (bytes) => hash('sha1', bytes, 'buffer'),
  sha256: (bytes) => hash('sha256', bytes, 'buffer'),
  async crc32c(bytes) {
    const { Crc32c } = await import('./s3-crc.ts');
    return await digestOf(new Crc32c(), bytes);
  },
  async crc64nvme(bytes) {
    const { Crc64NvmeJs } = await import('./s3-crc.ts');
    return await digestOf(new Crc64NvmeJs(), bytes);
  },
};

/** The checksum of a whole object in a response; one of its parts is of no use. */
export function checksumIn(headers: Record<string, string>): Checksum | undefined {
  const algorithm = Object.keys(algorithms).find((name) => isWhole(headers[headerPrefix + name]));
  return algorithm ? { algorithm, base64: headers[headerPrefix + algorithm] ?? '' } : undefined;
}

/** A checksum of checksums ends in the number of parts. */
function isWhole(value: string | undefined): boolean {
  return value !== undefined && !/-\d+$/.test(value);
}

export async function matchesChecksum(
  bytes: Uint8Array,
  { algorithm, base64 }: Checksum,
): Promise<boolean> {
  const digest = await algorithms[algorithm]?.(bytes);
  return digest?.toString('base64') === base64;
}

async function digestOf(
  checksum: { update(bytes: Uint8Array): void; digest(): Promise<Uint8Array> },
  bytes: Uint8Array,
): Promise<Buffer> {
  checksum.update(bytes);
  return Buffer.from(await checksum.digest());
}
