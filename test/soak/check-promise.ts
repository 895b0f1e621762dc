import { recipeHash, resolveRecipe } from '../../src/convert/index.ts';
import { type Expected, etagOf, type TestImage } from './test-images.ts';

/** The columns of a ledger row that are checked. */
export interface Row {
  source_key: string;
  source_etag: string | null;
  recipe_hash: string;
  status: 'converted' | 'failed' | 'skipped';
  code: string | null;
  file_name: string | null;
}

/** The state of the system when everything is done. */
export interface FinalState {
  /** By key, the images that were uploaded under it, newest last. */
  uploaded: Map<string, TestImage[]>;
  rows: Row[];
  /** Bytes of every output, by key. */
  outputs: Map<string, Uint8Array>;
  expectedOf(image: TestImage): Promise<Expected>;
  /** Hostile events name keys with this prefix; they may leave a few rows for objects that never existed. */
  forged?: { prefix: string; events: number };
}

/** A promise of docs/architecture.md that was not kept. */
export interface Violation {
  key: string;
  reason: string;
}

const prefix = 'grayscale/';
/** Limit for one event; S3 announces far fewer objects in one. */
const maxForgedRows = 1_000;
/** S3's have 32 characters, and some more after a multipart upload. */
const maxEtagLength = 1_024;
const ownRecipe = recipeHash(resolveRecipe());

/** Compares the actual state with the promises; an empty list means that all were kept. */
export async function checkPromise(state: FinalState): Promise<Violation[]> {
  const { forged, genuine } = separate(state);
  const rowsOf = Map.groupBy(genuine, ({ source_key }) => source_key);
  const checks = [...state.uploaded].map(async ([key, contents]) => {
    const rows = rowsOf.get(key) ?? [];
    const violations = [
      ...checkRows(contents, rows),
      ...(await checkOutcomes(contents, rows, state)),
      ...(await checkOutput(contents, state, key)),
    ];
    return violations.map((reason) => ({ key, reason }));
  });
  return [
    ...(await Promise.all(checks)).flat(),
    ...checkUnknownKeys({ ...state, rows: genuine }),
    ...checkForged(forged, state),
  ];
}

/** Splits the rows into those of hostile events and all others. */
function separate({ rows, uploaded, forged }: FinalState): { forged: Row[]; genuine: Row[] } {
  const { forged: made = [], genuine = [] } = Object.groupBy(rows, (row) => {
    const isHostile = forged !== undefined && row.source_key.startsWith(forged.prefix);
    const contents = uploaded.get(row.source_key) ?? [];
    const isReal = contents.some(({ bytes }) => etagOf(bytes) === row.source_etag);
    return isHostile && !isReal ? 'forged' : 'genuine';
  });
  return { forged: made, genuine };
}

/** Hostile events leave few rows, none of them long, and no outputs. */
function checkForged(rows: Row[], { forged }: FinalState): Violation[] {
  const maxRows = (forged?.events ?? 0) * maxForgedRows;
  const longest = Math.max(0, ...rows.map(({ source_etag }) => source_etag?.length ?? 0));
  const reasons = [
    ...(rows.length > maxRows
      ? [
          `created ${rows.length} rows; expected at most ${maxForgedRows} for each of ${forged?.events}`,
        ]
      : []),
    ...(longest > maxEtagLength ? [`stored an ETag of ${longest} characters`] : []),
    ...(rows.some(({ status }) => status === 'converted')
      ? ['created a row with the status converted']
      : []),
  ];
  return reasons.map((reason) => ({ key: 'hostile events', reason }));
}

/** Exactly one row for each content. */
function checkRows(contents: TestImage[], rows: Row[]): string[] {
  const names = new Map<string | null, string>(
    contents.map(({ name, bytes }) => [etagOf(bytes), name]),
  );
  const missing = [...names].flatMap(([etag, name]) => {
    const found = rows.filter(({ source_etag }) => source_etag === etag).length;
    return found === 1 ? [] : [`${found} rows instead of one for the content "${name}" (${etag})`];
  });
  const unknown = rows.flatMap(({ source_etag, recipe_hash }) => {
    if (!names.has(source_etag)) return [`a row for ${source_etag}, which was never uploaded`];
    return recipe_hash === ownRecipe ? [] : [`a row with the recipe ${recipe_hash}`];
  });
  return [...missing, ...unknown];
}

/** The newest content was processed; an older one may have been superseded. */
async function checkOutcomes(
  contents: TestImage[],
  rows: Row[],
  { expectedOf }: FinalState,
): Promise<string[]> {
  const newest = contents.at(-1);
  const wrong = await Promise.all(
    contents.map(async (image) => {
      const row = rows.find(({ source_etag }) => source_etag === etagOf(image.bytes));
      if (!row) return [];
      const expected = await expectedOf(image);
      const code = expected.status === 'failed' ? expected.code : null;
      if (row.status === expected.status && row.code === code) return [];
      const isNewest = newest !== undefined && etagOf(newest.bytes) === row.source_etag;
      if (row.code === 'SUPERSEDED' && !isNewest) return [];
      return [
        `the row of "${image.name}" says ${row.status} ${row.code ?? ''} instead of ${expected.status} ${code ?? ''}`,
      ];
    }),
  );
  return [...new Set(wrong.flat())];
}

/** The output is that of the newest content; if that never converts, of an older one, or none. */
async function checkOutput(
  contents: TestImage[],
  { outputs, expectedOf, rows }: FinalState,
  key: string,
): Promise<string[]> {
  const output = outputs.get(prefix + key);
  const expected = await Promise.all(contents.map(expectedOf));
  const newest = expected.at(-1);
  const isConverted = rows.some((row) => row.source_key === key && row.status === 'converted');
  if (!output) {
    const isMissing = newest?.status === 'converted' || isConverted;
    return isMissing ? ['there is no output'] : [];
  }
  const made = expected.map((one) => one.status === 'converted' && isEqual(one.bytes, output));
  if (newest?.status === 'converted' ? made.at(-1) : made.includes(true)) return [];
  const origin = contents[made.lastIndexOf(true)]?.name;
  return [
    origin
      ? `the output is that of "${origin}" instead of the newest, "${contents.at(-1)?.name}"`
      : 'the output matches no content of the key',
  ];
}

/** No row and no output exists for a key that was never uploaded, especially not for the outputs themselves. */
function checkUnknownKeys({ uploaded, rows, outputs }: FinalState): Violation[] {
  return [
    ...rows.flatMap(({ source_key: key }) =>
      uploaded.has(key) ? [] : [{ key, reason: 'a row for a key that was never uploaded' }],
    ),
    ...rows.flatMap(({ source_key: key, file_name }) =>
      file_name !== null && !outputs.has(file_name)
        ? [{ key, reason: `the row points to ${file_name}, which does not exist` }]
        : [],
    ),
    ...[...outputs.keys()].flatMap((key) =>
      uploaded.has(key.slice(prefix.length))
        ? []
        : [{ key, reason: 'an output without an upload' }],
    ),
  ];
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
