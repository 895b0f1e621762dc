import { randomUUID } from 'node:crypto';
import { examine, type Finding } from './finding.ts';
import type { StoreProbe } from './probes.ts';

export interface StorePlaces {
  bucket: string;
  outputBucket: string;
  outputPrefix: string;
  /** Whether outputs are deleted with their sources. If not, only the API removes outputs. */
  isDeletionEnabled?: boolean;
  /** Whether outputs get the tags of their sources. */
  carriesTags?: boolean;
}

/**
 * Reads from the bucket, writes a small object under the output prefix and removes it. Events of
 * objects under that prefix are ignored.
 */
export async function examineStore(store: StoreProbe, places: StorePlaces): Promise<Finding[]> {
  const {
    bucket,
    outputBucket,
    outputPrefix,
    isDeletionEnabled = false,
    carriesTags = false,
  } = places;
  const reading = await examine(
    'store',
    async (found) => {
      const isEmpty = (await store.readAny(bucket, outputPrefix)) === 'empty';
      const what = `"${bucket}" can be listed${isEmpty ? '; it holds no sources yet' : ' and read'}`;
      found({ state: 'good', what });
    },
    `Allow s3:ListBucket and s3:GetObject on "${bucket}"; check S3_BUCKET, AWS_ENDPOINT_URL and the credentials.`,
    { isSpecific: true },
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
        if (carriesTags) found(await examineTags(store, ref));
      } finally {
        await store.remove(ref).catch((error: Error) =>
          found({
            state: isDeletionEnabled ? 'bad' : 'warning',
            what: `"${ref.key}" could not be deleted (${error.name})`,
            cure: isDeletionEnabled
              ? `Delete it manually, and allow s3:DeleteObject on "${outputBucket}/${outputPrefix}*".`
              : 'Delete it manually. Only the API needs s3:DeleteObject.',
          }),
        );
      }
    },
    `Allow s3:PutObject and s3:GetObject on "${outputBucket}/${outputPrefix}*"; check OUTPUT_BUCKET and OUTPUT_PREFIX.`,
    { isSpecific: true },
  );
  return [...reading, ...writing];
}

const brokenStoreCure = 'Do not use this store: it does not return what was written.';

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
    return { state: 'good', what: 'conditional writes are supported (If-None-Match)' };
  }
  const what = `conditional writes are ${answer === 'written' ? 'ignored' : 'not supported'} (If-None-Match)`;
  return { state: 'good', what: `${what}; outputs are verified after they are written instead` };
}

async function examineChecksum(store: StoreProbe, ref: Ref): Promise<Found> {
  const answer = await store.write(ref, probeContent(3), { withWrongChecksum: true });
  if (answer !== 'written') {
    return { state: 'good', what: 'a body that does not match its checksum is rejected' };
  }
  return {
    state: 'warning',
    what: 'a body that does not match its checksum is stored anyway',
    cure: 'Connect to the store with TLS, which detects changes in transit, or use one that verifies checksums, as S3 does.',
  };
}

async function examineTags(store: StoreProbe, ref: Ref): Promise<Found> {
  const tags = { grayscale: 'doctor' };
  const problem = await store
    .writeTags(ref, tags)
    .then((kept) => (kept.grayscale === tags.grayscale ? undefined : 'the store ignores tags'))
    .catch((error: Error) => error.message);
  if (problem === undefined) return { state: 'good', what: 'objects can be tagged (OUTPUT_CARRY)' };
  return {
    state: 'bad',
    what: `objects cannot be tagged: ${problem}`,
    cure: 'Allow s3:PutObjectTagging on outputs and s3:GetObjectTagging on sources (this check also needs it on outputs), or remove tags from OUTPUT_CARRY.',
  };
}
