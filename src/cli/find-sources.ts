import { readdir } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { pathFromBytes, toFsPath } from '../storage/path-bytes.ts';
import { FileError } from './file-error.ts';
import { findReplacedName, readBrokenLink, readPathKind } from './path-kind.ts';
import { UsageError } from './usage-error.ts';

/** A file that may be an image, or a folder or link that cannot be read. */
export interface Source {
  path: string;
  /** The path below the output folder, still with the input's extension. */
  relativePath: string;
  /** Named by the user rather than found in a folder. */
  isNamed: boolean;
  problem?: FileError;
}

interface FindOptions {
  recursive: boolean;
  /** Skipped if it lies within an input. */
  outFolder: string;
}

/** Lists the files that the inputs name or contain, each once. Throws {@link UsageError}. */
export async function findSources(inputs: string[], options: FindOptions): Promise<Source[]> {
  const sources: Source[] = [];
  for (const input of inputs) sources.push(...(await listSources(input, options)));
  const mentions = Map.groupBy(sources, ({ path }) => path);
  return [...mentions.values()].map((same) => ({
    ...(same[0] as Source),
    isNamed: same.some(({ isNamed }) => isNamed),
  }));
}

async function listSources(input: string, options: FindOptions): Promise<Source[]> {
  const path = await findReplacedName(resolve(input));
  switch (await readPathKind(path)) {
    case 'file':
      return [{ path, relativePath: basename(path), isNamed: true }];
    case 'folder': {
      const found = await filesIn(path, options);
      return found.map((file) => ({
        ...file,
        relativePath: relative(path, file.path),
        isNamed: false,
      }));
    }
    case 'other':
      throw new UsageError(`"${input}" is not a regular file: pipe it to - instead.`);
    case 'nothing': {
      const problem = await brokenLinkError(path);
      if (problem) return [{ path, relativePath: basename(path), isNamed: true, problem }];
      throw new UsageError(`Expected a file or folder but "${input}" does not exist.`);
    }
  }
}

async function brokenLinkError(path: string): Promise<FileError | undefined> {
  const target = await readBrokenLink(path);
  if (target === undefined) return undefined;
  return new FileError('NOT_FOUND', `The link points to "${target}", which does not exist.`);
}

type Found = Pick<Source, 'path' | 'problem'>;

/** Skips hidden files, and anything that is neither a file, a folder nor a broken link. */
async function filesIn(folder: string, options: FindOptions): Promise<Found[]> {
  const entries = await readEntries(folder).catch((error: Error) => error);
  if (entries instanceof Error) {
    return [{ path: folder, problem: new FileError('FILE_SYSTEM', entries.message) }];
  }
  const found: Found[] = [];
  for (const { name, entry } of entries) {
    const path = join(folder, name);
    if (name.startsWith('.')) continue;
    if (entry.isDirectory()) {
      const isSearched = options.recursive && path !== options.outFolder;
      if (isSearched) found.push(...(await filesIn(path, options)));
    } else if (entry.isFile() || (await readPathKind(path)) === 'file') {
      found.push({ path });
    } else if (entry.isSymbolicLink()) {
      const problem = await brokenLinkError(path);
      if (problem) found.push({ path, problem });
    }
  }
  return found;
}

/** Sorted by name. */
async function readEntries(folder: string) {
  const entries = await readdir(toFsPath(folder), { withFileTypes: true, encoding: 'buffer' });
  return entries
    .map((entry) => ({ name: pathFromBytes(entry.name), entry }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
