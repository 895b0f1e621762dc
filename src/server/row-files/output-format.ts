import type { LedgerRow } from '../../ledger/ledger-reader.ts';

/** A recipe's format may be `source`; the output then has the input's format. */
export function outputFormatOf({ outputFormat, inputFormat }: LedgerRow): string | null {
  return outputFormat === 'source' ? inputFormat : outputFormat;
}
