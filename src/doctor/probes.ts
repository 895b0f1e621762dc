import type { ObjectRef } from '../pipeline/index.ts';

/** What a database says of itself. */
export interface DatabaseFacts {
  /** Such as `18.1`. */
  version: string;
  user: string;
  nowMs: number;
  isEncrypted: boolean;
  connections: { used: number; most: number };
  /** Of the user on the table; undefined where there is no table. */
  rights?: { name: 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE'; isGranted: boolean }[];
  /**
   * Migrations that the database lacks, and those that this release does not know; undefined where
   * the user may not ask, as the function's role may not.
   */
  migrations?: { pending: string[]; unknown: string[] };
}

export interface DatabaseProbe {
  look(): Promise<DatabaseFacts>;
}

/** Asks a store what it does, request by request. Whatever else happens is thrown. */
export interface StoreProbe {
  /** The store's own time, where it tells. Throws unless the bucket is there. */
  reach(bucket: string): Promise<{ nowMs?: number }>;
  /** Whether the bucket may be listed, and one object of it that is no output be read. */
  readAny(bucket: string, exceptPrefix: string): Promise<'read' | 'empty'>;
  write(
    ref: ObjectRef,
    bytes: Uint8Array,
    how?: { onlyIfNew?: boolean; withWrongChecksum?: boolean },
  ): Promise<'written' | 'refused' | 'not supported'>;
  read(ref: ObjectRef): Promise<Uint8Array>;
  remove(ref: ObjectRef): Promise<void>;
}
