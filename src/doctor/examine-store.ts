import { randomUUID } from 'node:crypto';
import { examine, type Finding } from './finding.ts';
import type { StoreProbe } from './probes.ts';

export interface StorePlaces {
  bucket: string;
  outputBucket: string;
  outputPrefix: string;
  /** Whether outputs are deleted with their sources. If not, only the API removes outputs. */
  isDeletionEnabled?: boolean;
}

/**
 * Reads from the bucket, writes a small object under the output prefix and removes it. Events of
 * objects under that prefix are ignored.
 */
export async function examineStore(store: StoreProbe, places: StorePlaces): Promise<Finding[]> {
  const { bucket, outputBucket, outputPrefix, isDeletionEnabled = false } = places;
  const reading = await examine(
    'store',
    async (found) => {
      const isEmpty = (await store.readAny(bucket, outputPrefix)) === 'empty';
      const what = `"${bucket}" can be listed${isEmpty ? '; nothing lies there yet' : ' and read'}`;
      found({ state: 'good', what });
    },
    `Allow s3:ListBucket and s3:GetObject on "${bucket}"; check S3_BUCKET, AWS_ENDPOINT_URL and the credentials.`,
  );
  const ref = { bucket: outputBucket, key: `${outputPrefix}.doctor-${randomUUID()}` };
  const writing = await examine(
    'store',
    async (found) => {
      await store.write(ref, probeContent(1));
      try {
        const isSame = Buffer.compare(await store.read(ref), probeContent(1)) === 0;
        found(
          isSame
            ? { state: 'good', what: `"${outputBucket}/${outputPrefix}" can be written and read` }
            : {
                state: 'bad',
                what: 'an object read differs from the one written',
                cure: brokenStoreCure,
              },
        );
        found(await examineCondition(store, ref));
        found(await examineChecksum(store, ref));
      } finally {
        await store.remove(ref).catch((error: Error) =>
          found({
            state: isDeletionEnabled ? 'bad' : 'warning',
            what: `"${ref.key}" could not be removed (${error.name})`,
            cure: isDeletionEnabled
              ? `Remove it by hand, and allow s3:DeleteObject on "${outputBucket}/${outputPrefix}*".`
              : 'Remove it by hand. Only the API needs s3:DeleteObject, to delete.',
          }),
        );
      }
    },
    `Allow s3:PutObject and s3:GetObject on "${outputBucket}/${outputPrefix}*"; check OUTPUT_BUCKET and OUTPUT_PREFIX.`,
  );
  return [...reading, ...writing];
}

const brokenStoreCure = 'Do not use this store: it loses what it is given.';

function probeContent(version: number): Uint8Array {
  return new TextEncoder().encode(`written by grayscale doctor, version ${version}`);
}

type Ref = Parameters<StoreProbe['write']>[0];
type Found = Omit<Finding, 'subject'>;

/**
 * Nothing depends on conditional deletes, so stores without them work too; the result is
 * informational.
 */
async function examineCondition(store: StoreProbe, ref: Ref): Promise<Found> {
  const answer = await store.write(ref, probeContent(2), { onlyIfNew: true });
  if (answer === 'refused') {
    return { state: 'good', what: 'conditional writes are honoured (If-None-Match)' };
  }
  const what = `conditional writes are ${answer === 'written' ? 'ignored' : 'refused as such'} (If-None-Match)`;
  return { state: 'good', what: `${what}; outputs are verified after they are written instead` };
}

async function examineChecksum(store: StoreProbe, ref: Ref): Promise<Found> {
  const answer = await store.write(ref, probeContent(3), { withWrongChecksum: true });
  if (answer !== 'written') {
    return { state: 'good', what: 'a body that does not fit its checksum is refused' };
  }
  return {
    state: 'warning',
    what: 'a body that does not fit its checksum is stored all the same',
    cure: 'Reach the store by TLS, which checks what passes, or use one that checks, as S3 does.',
  };
}
