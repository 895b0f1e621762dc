import { readdir } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { FileError } from './file-error.ts';
import { readPathKind } from './path-kind.ts';
import { UsageError } from './usage-error.ts';

/** A file that may be an image, or a folder that cannot be read. */
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
  const path = resolve(input);
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
    case 'nothing':
      throw new UsageError(`Expected a file or folder but "${input}" does not exist.`);
  }
}

type Found = Pick<Source, 'path' | 'problem'>;

/** Skips hidden files, and anything that is neither a file nor a folder. */
async function filesIn(folder: string, options: FindOptions): Promise<Found[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: Error) => error);
  if (entries instanceof Error) {
    return [{ path: folder, problem: new FileError('FILE_SYSTEM', entries.message) }];
  }
  const found: Found[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) {
      const isSearched = options.recursive && path !== options.outFolder;
      if (isSearched) found.push(...(await filesIn(path, options)));
    } else if (entry.isFile() || (await readPathKind(path)) === 'file') {
      found.push({ path });
    }
  }
  return found;
}
