import { unlessAborted } from '../../process/unless-aborted.ts';
import type { ObjectFiles } from '../../storage/object-files.ts';
import type { FileLocation } from '../row-files/locate-file.ts';
import { storeChunks } from './store-chunks.ts';

/** A file to be packed. */
export interface ZipFile {
  name: string;
  location: FileLocation;
  sizeBytes: number;
  lastModified: Date;
}

/** One entry of a ZIP, as client-zip expects it. */
export interface ZipEntry {
  name: string;
  lastModified: Date;
  input: Uint8Array | AsyncIterable<Uint8Array> | string;
}

interface ZipEntriesOptions {
  files: Pick<ObjectFiles, 'open'>;
  /** How long the store may pause. */
  timeoutMs: number;
  /** Aborted when the response is over. */
  closed: AbortSignal;
  /** Called with each file that no longer exists or whose content was replaced. */
  onGone: (file: ZipFile) => void;
}

/** The number of files that are read in advance: a store takes longer to answer than to send. */
const readAhead = 8;
/** Larger files are opened only when they are sent, because stores close idle connections. */
const maxAheadBytes = 2 ** 20;
/** The max memory of files that are read in advance. */
export const readAheadBytes = readAhead * maxAheadBytes;

/** The entries of files, in order. Small files are read concurrently. */
export async function* zipEntries(
  zipFiles: AsyncIterable<ZipFile>,
  options: ZipEntriesOptions,
): AsyncGenerator<ZipEntry, void, undefined> {
  const ahead: (() => Promise<ZipEntry | undefined>)[] = [];
  for await (const file of zipFiles) {
    ahead.push(
      file.sizeBytes <= maxAheadBytes
        ? startReading(file, options)
        : () => openEntry(file, options),
    );
    if (ahead.length < readAhead) continue;
    const entry = await ahead.shift()?.();
    if (entry) yield entry;
  }
  for (const next of ahead) {
    const entry = await next();
    if (entry) yield entry;
  }
}

function startReading(file: ZipFile, options: ZipEntriesOptions) {
  const entry = openEntry(file, options);
  // It is awaited later; until then, a rejection must not end the process.
  entry.catch(() => {});
  return () => entry;
}

/** Returns undefined for a file that is gone. */
async function openEntry(file: ZipFile, options: ZipEntriesOptions): Promise<ZipEntry | undefined> {
  const { name, lastModified, location } = file;
  const opened = await openFile(location, options);
  if (!opened || !location.isCurrent(opened)) {
    opened?.body.destroy();
    options.onGone(file);
    return undefined;
  }
  const { closed, timeoutMs } = options;
  const destroy = () => opened.body.destroy();
  closed.addEventListener('abort', destroy, { once: true });
  const chunks = storeChunks(opened.body, {
    timeoutMs,
    closed,
    onFailure(error) {
      throw error;
    },
    onEnd: () => closed.removeEventListener('abort', destroy),
  });
  const isSmall = opened.lengthBytes <= maxAheadBytes;
  return { name, lastModified, input: isSmall ? await readAll(chunks) : chunks };
}

async function openFile(
  { ref, versionId }: FileLocation,
  { files, timeoutMs, closed }: ZipEntriesOptions,
) {
  const opening = files.open(ref, { versionId, signal: closed });
  const inTime = AbortSignal.any([closed, AbortSignal.timeout(timeoutMs)]);
  try {
    return await unlessAborted(inTime, opening);
  } catch (error) {
    void opening.then((late) => late?.body.destroy()).catch(() => {});
    throw error;
  }
}

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}
