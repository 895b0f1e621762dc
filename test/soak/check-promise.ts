import { recipeHash, resolveRecipe } from '../../src/convert/index.ts';
import { type Expected, etagOf, type Picture } from './pictures.ts';

/** What is read of a row of the ledger. */
export interface Row {
  source_key: string;
  source_etag: string | null;
  recipe_hash: string;
  status: 'converted' | 'failed' | 'skipped';
  code: string | null;
  file_name: string | null;
}

/** What the system holds when all is done. */
export interface Holdings {
  /** By key, the pictures that were uploaded under it, the newest last. */
  uploaded: Map<string, Picture[]>;
  rows: Row[];
  /** Bytes of every output, by key. */
  outputs: Map<string, Uint8Array>;
  expectedOf(picture: Picture): Promise<Expected>;
  /** Hostile events about keys with this prefix, for which there may be a few rows of what never was. */
  forged?: { prefix: string; events: number };
}

/** A promise of docs/architecture.md that was not kept. */
export interface Broken {
  key: string;
  why: string;
}

const prefix = 'grayscale/';
/** Of one event; as many objects as S3 announces at once are far fewer. */
const maxForgedRows = 1_000;
/** S3's have 32 characters, and some more after an upload in parts. */
const maxEtagLength = 1_024;
const ownRecipe = recipeHash(resolveRecipe());

/** Compares what there is with what was promised; an empty list is what one hopes for. */
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

/** Rows that hostile events made, and all others. */
function separate({ rows, uploaded, forged }: Holdings): { forged: Row[]; genuine: Row[] } {
  const { forged: made = [], genuine = [] } = Object.groupBy(rows, (row) => {
    const isHostile = forged !== undefined && row.source_key.startsWith(forged.prefix);
    const pictures = uploaded.get(row.source_key) ?? [];
    const isReal = pictures.some(({ bytes }) => etagOf(bytes) === row.source_etag);
    return isHostile && !isReal ? 'forged' : 'genuine';
  });
  return { forged: made, genuine };
}

/** Hostile events make few rows, none of them long, and no outputs. */
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

/** The newest content has been worked on; one before it may have been superseded. */
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

/** The output is that of the newest content; where that never converts, of one before it, or none. */
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

/** No row and no output of what nobody uploaded, the system's own outputs above all. */
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
