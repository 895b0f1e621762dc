import { recipeHash, resolveRecipe } from '../../src/convert/index.ts';
import { type Expected, etagOf, type Picture } from './pictures.ts';

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
export interface Holdings {
  /** By key, the images that were uploaded under it, newest last. */
  uploaded: Map<string, Picture[]>;
  rows: Row[];
  /** Bytes of every output, by key. */
  outputs: Map<string, Uint8Array>;
  expectedOf(picture: Picture): Promise<Expected>;
  /** Hostile events name keys with this prefix; they may leave a few rows for objects that never existed. */
  forged?: { prefix: string; events: number };
}

/** A promise of docs/architecture.md that was not kept. */
export interface Broken {
  key: string;
  why: string;
}

const prefix = 'grayscale/';
/** Limit for one event; S3 announces far fewer objects in one. */
const maxForgedRows = 1_000;
/** S3's have 32 characters, and some more after a multipart upload. */
const maxEtagLength = 1_024;
const ownRecipe = recipeHash(resolveRecipe());

/** Compares the actual state with the promises; an empty list means that all were kept. */
export async function checkPromise(holdings: Holdings): Promise<Broken[]> {
  const { forged, genuine } = separate(holdings);
  const rowsOf = Map.groupBy(genuine, ({ source_key }) => source_key);
  const checks = [...holdings.uploaded].map(async ([key, pictures]) => {
    const rows = rowsOf.get(key) ?? [];
    const broken = [
      ...checkRows(pictures, rows),
      ...(await checkOutcomes(pictures, rows, holdings)),
      ...(await checkOutput(pictures, holdings, key)),
    ];
    return broken.map((why) => ({ key, why }));
  });
  return [
    ...(await Promise.all(checks)).flat(),
    ...checkStrangers({ ...holdings, rows: genuine }),
    ...checkForged(forged, holdings),
  ];
}

/** Splits the rows into those of hostile events and all others. */
function separate({ rows, uploaded, forged }: Holdings): { forged: Row[]; genuine: Row[] } {
  const { forged: made = [], genuine = [] } = Object.groupBy(rows, (row) => {
    const isHostile = forged !== undefined && row.source_key.startsWith(forged.prefix);
    const pictures = uploaded.get(row.source_key) ?? [];
    const isReal = pictures.some(({ bytes }) => etagOf(bytes) === row.source_etag);
    return isHostile && !isReal ? 'forged' : 'genuine';
  });
  return { forged: made, genuine };
}

/** Hostile events leave few rows, none of them long, and no outputs. */
function checkForged(rows: Row[], { forged }: Holdings): Broken[] {
  const most = (forged?.events ?? 0) * maxForgedRows;
  const longest = Math.max(0, ...rows.map(({ source_etag }) => source_etag?.length ?? 0));
  const why = [
    ...(rows.length > most
      ? [
          `made ${rows.length} rows; expected at most ${maxForgedRows} for each of ${forged?.events}`,
        ]
      : []),
    ...(longest > maxEtagLength ? [`stored an ETag of ${longest} characters`] : []),
    ...(rows.some(({ status }) => status === 'converted')
      ? ['made a row that counts as converted']
      : []),
  ];
  return why.map((one) => ({ key: 'hostile events', why: one }));
}

/** Exactly one row for each content. */
function checkRows(pictures: Picture[], rows: Row[]): string[] {
  const names = new Map<string | null, string>(
    pictures.map(({ name, bytes }) => [etagOf(bytes), name]),
  );
  const missing = [...names].flatMap(([etag, name]) => {
    const found = rows.filter(({ source_etag }) => source_etag === etag).length;
    return found === 1 ? [] : [`${found} rows, not one, for the content "${name}" (${etag})`];
  });
  const unknown = rows.flatMap(({ source_etag, recipe_hash }) => {
    if (!names.has(source_etag)) return [`a row for ${source_etag}, which was never uploaded`];
    return recipe_hash === ownRecipe ? [] : [`a row with the recipe ${recipe_hash}`];
  });
  return [...missing, ...unknown];
}

/** The newest content was processed; an older one may have been superseded. */
async function checkOutcomes(
  pictures: Picture[],
  rows: Row[],
  { expectedOf }: Holdings,
): Promise<string[]> {
  const newest = pictures.at(-1);
  const wrong = await Promise.all(
    pictures.map(async (picture) => {
      const row = rows.find(({ source_etag }) => source_etag === etagOf(picture.bytes));
      if (!row) return [];
      const expected = await expectedOf(picture);
      const code = expected.status === 'failed' ? expected.code : null;
      if (row.status === expected.status && row.code === code) return [];
      const isNewest = newest !== undefined && etagOf(newest.bytes) === row.source_etag;
      if (row.code === 'SUPERSEDED' && !isNewest) return [];
      return [
        `the row of "${picture.name}" says ${row.status} ${row.code ?? ''} in place of ${expected.status} ${code ?? ''}`,
      ];
    }),
  );
  return [...new Set(wrong.flat())];
}

/** The output is that of the newest content; if that never converts, of an older one, or none. */
async function checkOutput(
  pictures: Picture[],
  { outputs, expectedOf, rows }: Holdings,
  key: string,
): Promise<string[]> {
  const output = outputs.get(prefix + key);
  const expected = await Promise.all(pictures.map(expectedOf));
  const newest = expected.at(-1);
  const isConverted = rows.some((row) => row.source_key === key && row.status === 'converted');
  if (!output) {
    const isMissing = newest?.status === 'converted' || isConverted;
    return isMissing ? ['there is no output'] : [];
  }
  const made = expected.map((one) => one.status === 'converted' && isEqual(one.bytes, output));
  if (newest?.status === 'converted' ? made.at(-1) : made.includes(true)) return [];
  const origin = pictures[made.lastIndexOf(true)]?.name;
  return [
    origin
      ? `the output is that of "${origin}" in place of the newest, "${pictures.at(-1)?.name}"`
      : 'the output is not what any content of the key converts to',
  ];
}

/** No row and no output exists for a key that was never uploaded, especially not for the outputs themselves. */
function checkStrangers({ uploaded, rows, outputs }: Holdings): Broken[] {
  return [
    ...rows.flatMap(({ source_key: key }) =>
      uploaded.has(key) ? [] : [{ key, why: 'a row, though nobody uploaded it' }],
    ),
    ...rows.flatMap(({ source_key: key, file_name }) =>
      file_name !== null && !outputs.has(file_name)
        ? [{ key, why: `the row points to ${file_name}, which is not there` }]
        : [],
    ),
    ...[...outputs.keys()].flatMap((key) =>
      uploaded.has(key.slice(prefix.length)) ? [] : [{ key, why: 'an output of no upload' }],
    ),
  ];
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
