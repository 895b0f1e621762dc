import type { ParseOptions } from '../../events/index.ts';
import type { LedgerReader } from '../../ledger/ledger-reader.ts';
import type { ListedObject, ObjectFiles } from '../../storage/object-files.ts';
import { type ClassifiedObject, classifyPage, type Place } from '../classify-page.ts';
import type { Lists } from './merge-lists.ts';

export interface ListOptions {
  place: Place;
  /** The address of outputs: the prefix is added before the source's key. */
  output: Place;
  files: Pick<ObjectFiles, 'list'>;
  reader: Pick<LedgerReader, 'contentStates' | 'keysOfOutputs'>;
  parseOptions: ParseOptions;
  recipeHash: string;
  /** Rows written since then are ignored. */
  startedAtMs: number;
}

/** Lists sources, outputs and rows of a place, each under the key of its source. */
export function listAll(options: ListOptions): Lists {
  return { sources: sources(options), outputs: outputs(options), rows: rows(options) };
}

/** Queries the ledger once per page. */
async function* sources(
  options: ListOptions,
): AsyncGenerator<{ key: string; source: ClassifiedObject }> {
  const { place, recipeHash, reader, parseOptions } = options;
  for await (const page of sourcePages(options)) {
    const classified = await classifyPage(page, {
      ...{ bucket: place.bucket, reader, recipeHash, parseOptions, choice: 'all' },
    });
    for (const source of classified) yield { key: source.object.key, source };
  }
}

/** The highest character: only keys that begin with it can sort after it. */
const lastCharacter = '\u{10ffff}';

/** Outputs in the same bucket are about half of the objects, so they are skipped. */
async function* sourcePages({ place, output, files }: ListOptions): AsyncGenerator<ListedObject[]> {
  const { bucket, prefix } = place;
  const isOwn = ({ key }: ListedObject) =>
    bucket === output.bucket && key.startsWith(output.prefix);
  for await (const page of files.list(bucket, prefix)) {
    const firstOwn = page.findIndex(isOwn);
    yield firstOwn < 0 ? page : page.slice(0, firstOwn);
    if (firstOwn < 0) continue;
    const after = output.prefix + lastCharacter;
    for await (const rest of files.list(bucket, prefix, { after })) {
      yield rest.filter((object) => !isOwn(object));
    }
    return;
  }
}

async function* outputs({ place, output, files }: ListOptions) {
  for await (const page of files.list(output.bucket, output.prefix + place.prefix)) {
    for (const found of page) {
      const key = found.key.slice(output.prefix.length);
      const isMarker = found.sizeBytes === 0 && (key === '' || key.endsWith('/'));
      if (!isMarker) yield { key, output: found };
    }
  }
}

const rowsPerPage = 1_000;

async function* rows({ place, output, reader, startedAtMs }: ListOptions) {
  const recordedBefore = new Date(startedAtMs).toISOString();
  let after: string | undefined;
  do {
    const keys = await reader.keysOfOutputs({
      ...{ ...place, output, recordedBefore, after, limit: rowsPerPage },
    });
    for (const key of keys) yield { key };
    after = keys.length === rowsPerPage ? keys.at(-1) : undefined;
  } while (after !== undefined);
}
