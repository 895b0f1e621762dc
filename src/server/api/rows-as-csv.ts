import { columns } from '../../ledger/columns.ts';
import type { LedgerRow } from '../../ledger/ledger-reader.ts';
import { roundNumbers } from './round-numbers.ts';

type Column = { field?: keyof LedgerRow; stage?: keyof LedgerRow['stagesMs'] };

const written = (Object.entries(columns) as [string, Column][]).filter(
  ([, { field, stage }]) => field !== undefined || stage !== undefined,
);

/** The names of the columns of `image_metadata`. */
export const csvHeader = `${written.map(([name]) => name).join(',')}\r\n`;

/** One row of the ledger as a line of CSV: https://www.rfc-editor.org/rfc/rfc4180 */
export function csvLine(row: LedgerRow): string {
  const values = written.map(([, { field, stage }]) =>
    stage === undefined ? row[field ?? 'id'] : row.stagesMs[stage],
  );
  return `${values.map(csvValue).join(',')}\r\n`;
}

function csvValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(roundNumbers(value));
  const text = withoutFormula(Array.isArray(value) ? value.join(' ') : String(value));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Uploaders choose keys, and spreadsheets run a cell that begins like this as a formula:
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
function withoutFormula(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
