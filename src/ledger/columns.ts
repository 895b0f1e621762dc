import type { RowStage } from '../stats/index.ts';

export const statuses = ['converted', 'failed', 'skipped'] as const;

/** The kinds of columns, and the type of their values in JavaScript. */
interface KindValues {
  id: string;
  status: (typeof statuses)[number];
  text: string;
  texts: string[];
  bytes: number;
  integer: number;
  smallint: number;
  milliseconds: number;
  flag: boolean;
  moment: string;
}

export type ColumnKind = keyof KindValues;

/** The SQL type of each kind of column, and how to select it as a JavaScript value. */
const columnKinds: Record<ColumnKind, { type: string; select?: (column: string) => string }> = {
  // Exceeds the range of JavaScript's numbers.
  id: { type: 'bigint', select: (column) => `${column}::text` },
  status: { type: 'text' },
  text: { type: 'text' },
  texts: { type: 'text[]' },
  bytes: { type: 'bigint', select: (column) => `${column}::float8` },
  integer: { type: 'integer' },
  smallint: { type: 'smallint' },
  milliseconds: { type: 'double precision' },
  flag: { type: 'boolean' },
  // ISO 8601 in UTC, with microseconds, because rows are ordered by it.
  moment: {
    type: 'timestamptz',
    select: (column) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
  },
};

interface Column {
  kind: ColumnKind;
  /** The field's name in a `LedgerRow`. A column with neither a field nor a stage is not selected. */
  field?: string;
  /** The stage whose duration the column holds, in `stagesMs`. */
  stage?: RowStage;
  /** Never NULL, even in rows from the original system. */
  isAlwaysSet?: true;
  /** Set by the database, not inserted. */
  isGenerated?: true;
}

/**
 * The columns of `image_metadata`. The insert, the select and the row type are derived from them.
 */
export const columns = {
  id: { kind: 'id', field: 'id', isAlwaysSet: true, isGenerated: true },
  status: { kind: 'status', field: 'status', isAlwaysSet: true },
  code: { kind: 'text', field: 'code' },
  message: { kind: 'text', field: 'message' },
  source_bucket: { kind: 'text', field: 'sourceBucket' },
  source_key: { kind: 'text', field: 'sourceKey' },
  source_version: { kind: 'text', field: 'sourceVersion' },
  source_etag: { kind: 'text', field: 'sourceEtag' },
  source_size_bytes: { kind: 'bytes', field: 'sourceSizeBytes' },
  sequencer: { kind: 'text' },
  event_time: { kind: 'moment', field: 'eventTime' },
  input_format: { kind: 'text', field: 'inputFormat' },
  pages: { kind: 'integer', field: 'pages' },
  output_bucket: { kind: 'text', field: 'outputBucket' },
  file_name: { kind: 'text', field: 'outputKey' },
  output_size_bytes: { kind: 'bytes', field: 'outputSizeBytes' },
  // Hexadecimal; NULL in rows of earlier versions.
  output_sha256: { kind: 'text', field: 'outputSha256' },
  width: { kind: 'integer', field: 'width' },
  height: { kind: 'integer', field: 'height' },
  channels: { kind: 'smallint', field: 'channels' },
  depth: { kind: 'smallint', field: 'depth' },
  losses: { kind: 'texts', field: 'losses' },
  // NULL in rows of earlier versions, and for a lossless JPEG whose components are in separate scans.
  colourfulness_max: { kind: 'smallint', field: 'colourfulnessMax' },
  colourfulness_p99: { kind: 'smallint', field: 'colourfulnessP99' },
  is_neutral: { kind: 'flag', field: 'isNeutral' },
  recipe: { kind: 'text', field: 'recipe' },
  recipe_hash: { kind: 'text', field: 'recipeHash' },
  method: { kind: 'text', field: 'method' },
  output_format: { kind: 'text', field: 'outputFormat' },
  queue_ms: { kind: 'milliseconds', stage: 'queue' },
  fetch_ms: { kind: 'milliseconds', stage: 'fetch' },
  decode_ms: { kind: 'milliseconds', stage: 'decode' },
  gray_ms: { kind: 'milliseconds', stage: 'gray' },
  encode_ms: { kind: 'milliseconds', stage: 'encode' },
  store_ms: { kind: 'milliseconds', stage: 'store' },
  verify_ms: { kind: 'milliseconds', stage: 'verify' },
  // The sum of all stages except the wait in the queue.
  duration_ms: { kind: 'milliseconds', field: 'durationMs', isAlwaysSet: true, isGenerated: true },
  attempts: { kind: 'integer', field: 'attempts', isAlwaysSet: true, isGenerated: true },
  cold_start: { kind: 'flag', field: 'coldStart' },
  processor_version: { kind: 'text', field: 'processorVersion' },
  recorded_at: { kind: 'moment', field: 'recordedAt', isAlwaysSet: true, isGenerated: true },
} as const satisfies Record<string, Column>;

type Columns = typeof columns;

/** The type of `fields`. */
export type Fields = {
  [Name in keyof Columns as Columns[Name] extends { field: infer Field extends string }
    ? Field
    : never]: Columns[Name];
};

type FieldValue<OfColumn extends Column> =
  | KindValues[OfColumn['kind']]
  | (OfColumn extends { isAlwaysSet: true } ? never : null);

/** A row of the ledger. Unknown values are null. */
export type LedgerRow = { [Field in keyof Fields]: FieldValue<Fields[Field]> } & {
  stagesMs: Record<RowStage, number | null>;
};

type GeneratedColumn = {
  [Name in keyof Columns]: Columns[Name] extends { isGenerated: true } ? Name : never;
}[keyof Columns];

/** The values of an insert; absent ones are NULL. */
export type InsertedRow = Partial<Record<Exclude<keyof Columns, GeneratedColumn>, unknown>>;

/** The column of each field of a row. */
export const fields = Object.fromEntries(
  Object.values(columns).flatMap((column: Column) =>
    column.field ? [[column.field, column]] : [],
  ),
) as unknown as Fields;

const columnEntries: [name: string, column: Column][] = Object.entries(columns);
const insertedColumns = columnEntries.filter(([, { isGenerated }]) => !isGenerated);

/**
 * The inserted columns: names, names with types for `json_to_recordset`, and assignments for an
 * update.
 */
export const insertedNames = insertedColumns.map(([name]) => name).join(', ');
export const insertedTypes = insertedColumns
  .map(([name, { kind }]) => `${name} ${columnKinds[kind].type}`)
  .join(', ');
export const insertedUpdates = insertedColumns
  .map(([name]) => `${name} = excluded.${name}`)
  .join(', ');

/** The stages that a row holds, each with its column. */
export const stageColumns = columnEntries.flatMap(([name, { stage }]) =>
  stage ? [{ stage, name }] : [],
);

/** The columns of these fields for a SELECT, named as the fields. */
export function selectFields(fields: (keyof Fields)[]): string {
  return columnEntries
    .filter(([, { field }]) => fields.some((name) => name === field))
    .map(([name, { kind, field }]) => `${columnKinds[kind].select?.(name) ?? name} AS "${field}"`)
    .join(',\n  ');
}

const allFields = columnEntries.flatMap(([, { field }]) => field ?? []) as (keyof Fields)[];
const stagesObject = stageColumns.map(({ stage, name }) => `'${stage}', ${name}`).join(', ');

// An id is selected as text, which sorts differently: ORDER BY must name the column with its table.
export const selectRows = `SELECT
  ${selectFields(allFields)},
  json_build_object(${stagesObject}) AS "stagesMs"
FROM image_metadata`;
