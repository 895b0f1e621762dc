import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pathFromBytes, toFsPath } from '../storage/path-bytes.ts';

/**
 * The kind of a path's target. Pipes and devices are `other`: they have neither a size nor an end.
 */
export async function readPathKind(path: string): Promise<'file' | 'folder' | 'other' | 'nothing'> {
  try {
    const entry = await stat(toFsPath(path));
    if (entry.isDirectory()) return 'folder';
    return entry.isFile() ? 'file' : 'other';
  } catch {
    return 'nothing';
  }
}

/** The target of a symbolic link whose target does not exist; undefined for anything else. */
export async function readBrokenLink(path: string): Promise<string | undefined> {
  if ((await readPathKind(path)) !== 'nothing') return undefined;
  try {
    if (!(await lstat(toFsPath(path))).isSymbolicLink()) return undefined;
    return pathFromBytes(await readlink(toFsPath(path), { encoding: 'buffer' }));
  } catch {
    return undefined;
  }
}

/**
 * Node decodes the command line as UTF-8 and replaces other bytes by U+FFFD. Finds the path that was
 * meant, if there is only one.
 */
export async function findReplacedName(path: string): Promise<string> {
  if (!path.includes('\ufffd') || (await readPathKind(path)) !== 'nothing') return path;
  const folder = dirname(path);
  const parent = folder === path ? path : await findReplacedName(folder);
  const name = basename(path);
  const names = await readdir(toFsPath(parent), { encoding: 'buffer' }).catch(() => []);
  const [found, ...others] = names.filter((each) => each.toString() === name);
  return found && others.length === 0 ? join(parent, pathFromBytes(found)) : path;
}
