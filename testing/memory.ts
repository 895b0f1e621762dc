import { createHash } from 'node:crypto';
import { recipeHash } from '../src/convert/index.ts';
import {
  contentId,
  type Ledger,
  type LedgerEntry,
  type NewObject,
  type ObjectRef,
  type ObjectStore,
  type Outcome,
} from '../src/pipeline/index.ts';

/** A store in memory, for tests and for programs that keep nothing. */
interface MemoryStore extends ObjectStore {
  get(ref: ObjectRef): NewObject | undefined;
  delete(ref: ObjectRef): void;
}

export function createMemoryStore(): MemoryStore {
  const objects = new Map<string, NewObject & { etag: string }>();
  const addressOf = ({ bucket, key }: ObjectRef) => JSON.stringify([bucket, key]);

  function head(ref: ObjectRef) {
    const object = objects.get(addressOf(ref));
    if (!object) return undefined;
    const { etag, bytes, metadata } = object;
    return { etag, sizeBytes: bytes.byteLength, metadata };
  }

  return {
    async read(ref, { maxBytes, withTags = false }) {
      const version = head(ref);
      const object = objects.get(addressOf(ref));
      if (!version || !object) return undefined;
      const { bytes, cacheControl, tags } = object;
      return {
        ...version,
        ...(cacheControl !== undefined && { cacheControl }),
        ...(withTags && tags && { tags }),
        ...(version.sizeBytes <= maxBytes && { bytes }),
      };
    },
    async head(ref) {
      return head(ref);
    },
    async put(ref, object) {
      const etag = createHash('md5').update(object.bytes).digest('hex');
      objects.set(addressOf(ref), { ...object, etag });
    },
    async remove(ref, { etag } = {}) {
      const found = head(ref);
      if (found && etag !== undefined && found.etag !== etag) return false;
      objects.delete(addressOf(ref));
      return true;
    },
    get(ref) {
      return objects.get(addressOf(ref));
    },
    delete(ref) {
      objects.delete(addressOf(ref));
    },
  };
}

/** A ledger in memory. */
interface MemoryLedger extends Ledger {
  rows(): (LedgerEntry & { attempts: number })[];
}

export function createMemoryLedger(): MemoryLedger {
  const rows = new Map<string, LedgerEntry & { attempts: number }>();

  return {
    async record(entries) {
      for (const entry of entries) {
        const address = rowAddress(entry.outcome);
        const row = rows.get(address);
        if (row && !replaces(entry.outcome, row.outcome)) continue;
        rows.set(address, { ...entry, attempts: (row?.attempts ?? 0) + 1 });
      }
    },
    async remove(sources) {
      for (const { source, output } of sources) {
        for (const [address, { outcome }] of rows) {
          const isOfSource =
            outcome.upload.bucket === source.bucket && outcome.upload.key === source.key;
          if (isOfSource && !hasOtherOutput(outcome, output)) rows.delete(address);
        }
      }
    },
    rows: () => [...rows.values()],
  };
}

function hasOtherOutput(outcome: Outcome, { bucket, key }: ObjectRef): boolean {
  if (outcome.status !== 'converted') return false;
  return outcome.output.bucket !== bucket || outcome.output.key !== key;
}

function rowAddress({ upload, source, recipe }: Outcome): string {
  return JSON.stringify([upload.bucket, upload.key, contentId(source), recipeHash(recipe)]);
}

const statusRank = { skipped: 0, failed: 1, converted: 2 } satisfies Record<
  Outcome['status'],
  number
>;

function replaces(entry: Outcome, row: Outcome): boolean {
  return statusRank[entry.status] >= statusRank[row.status];
}
