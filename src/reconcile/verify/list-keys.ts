import type { ParseOptions } from '../../events/index.ts';
import type { LedgerReader } from '../../ledger/ledger-reader.ts';
import type { ListedObject, ObjectFiles } from '../../storage/object-files.ts';
import { type ClassifiedObject, classifyPage, type S3Location } from '../classify-page.ts';
import type { KeyLists } from './merge-lists.ts';

export interface ListOptions {
  location: S3Location;
  /** The address of outputs: the prefix is added before the source's key. */
  output: S3Location;
  files: Pick<ObjectFiles, 'list'>;
  reader: Pick<LedgerReader, 'contentStates' | 'keysOfOutputs'>;
  parseOptions: ParseOptions;
  recipeHash: string;
  /** Rows written since then are ignored. */
  startedAtMs: number;
}

/** Lists the sources, outputs and rows of a location, each by the key of its source. */
export function listKeys(options: ListOptions): KeyLists {
  return { sources: listSources(options), outputs: listOutputs(options), rows: listRows(options) };
}

/** Queries the ledger once per page. */
async function* listSources(
  options: ListOptions,
): AsyncGenerator<{ key: string; source: ClassifiedObject }> {
  const { location, recipeHash, reader, parseOptions } = options;
  for await (const page of listSourcePages(options)) {
    const query = {
      bucket: location.bucket,
      reader,
      recipeHash,
      parseOptions,
      choice: 'all',
    } as const;
    const classified = await classifyPage(page, query);
    for (const source of classified) yield { key: source.object.key, source };
  }
}

/** The highest character: only keys that begin with it can sort after it. */
const lastCharacter = '\u{10ffff}';

/** Outputs in the same bucket are about half of the objects, so they are skipped. */
async function* listSourcePages({
  location,
  output,
  files,
}: ListOptions): AsyncGenerator<ListedObject[]> {
  const { bucket, prefix } = location;
  const isUnderOutputPrefix = ({ key }: ListedObject) =>
    bucket === output.bucket && key.startsWith(output.prefix);
  for await (const page of files.list(bucket, prefix)) {
    const firstOutput = page.findIndex(isUnderOutputPrefix);
    yield firstOutput < 0 ? page : page.slice(0, firstOutput);
    if (firstOutput < 0) continue;
    const after = output.prefix + lastCharacter;
    for await (const rest of files.list(bucket, prefix, { after })) {
      yield rest.filter((object) => !isUnderOutputPrefix(object));
    }
    return;
  }
}

async function* listOutputs({ location, output, files }: ListOptions) {
  for await (const page of files.list(output.bucket, output.prefix + location.prefix)) {
    for (const found of page) {
      const key = found.key.slice(output.prefix.length);
      const isMarker = found.sizeBytes === 0 && (key === '' || key.endsWith('/'));
      if (!isMarker) yield { key, output: found };
    }
  }
}

const rowsPerPage = 1_000;

async function* listRows({ location, output, reader, startedAtMs }: ListOptions) {
  const recordedBefore = new Date(startedAtMs).toISOString();
  let after: string | undefined;
  do {
    const page = { recordedBefore, after, limit: rowsPerPage };
    const keys = await reader.keysOfOutputs({ ...location, output, ...page });
    for (const key of keys) yield { key };
    after = keys.length === rowsPerPage ? keys.at(-1) : undefined;
  } while (after !== undefined);
}
