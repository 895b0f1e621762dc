import type { LedgerRow, RowOrder, RowPosition } from '../../ledger/ledger-reader.ts';

/** Where the next page begins after this row. */
export function positionOf(row: LedgerRow, order: RowOrder): RowPosition {
  const value = order === 'newest' || order === 'oldest' ? row.recordedAt : row.durationMs;
  return { value, id: row.id };
}
