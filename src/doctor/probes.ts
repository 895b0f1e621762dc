import type { ObjectRef } from '../pipeline/index.ts';

/** Facts that a database reports about itself. */
export interface DatabaseFacts {
  /** For example `18.1`. */
  version: string;
  user: string;
  nowMs: number;
  isEncrypted: boolean;
  connections: { used: number; max: number };
  /** The user's rights on the table; undefined if there is no table. */
  rights?: { name: 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE'; isGranted: boolean }[];
  /**
   * Migrations that the database lacks, and those unknown to this release. Undefined if the user
   * may not query them, as with the function's role.
   */
  migrations?: { pending: string[]; unknown: string[] };
}

export interface DatabaseProbe {
  readFacts(): Promise<DatabaseFacts>;
}

/** The part of a queue that shows whether it can be used. */
export interface QueueProbe {
  /** Throws if the queue cannot be used. */
  check(): Promise<void>;
  /** `dead` is null without a dead-letter queue. */
  readCounts(): Promise<{ waiting: number; inFlight: number; dead: number | null }>;
  close(): Promise<void>;
}

/** Tests what a store supports, request by request. Throws all other errors. */
export interface StoreProbe {
  /** Returns the store's time, if it reports one. Throws if the bucket is unreachable. */
  reach(bucket: string): Promise<{ nowMs?: number }>;
  /** Checks that the bucket can be listed and that one object outside the prefix can be read. */
  readAny(bucket: string, exceptPrefix: string): Promise<'read' | 'empty'>;
  write(
    ref: ObjectRef,
    bytes: Uint8Array,
    how?: { onlyIfNew?: boolean; withWrongChecksum?: boolean },
  ): Promise<'written' | 'refused' | 'not supported'>;
  /** Writes an object with these tags. Returns the tags that it then has. */
  writeTags(ref: ObjectRef, tags: Record<string, string>): Promise<Record<string, string>>;
  read(ref: ObjectRef): Promise<Uint8Array>;
  remove(ref: ObjectRef): Promise<void>;
}
