import { stat } from 'node:fs/promises';

/**
 * The kind of a path's target. Pipes and devices are `other`: they have neither a size nor an end.
 */
export async function readPathKind(path: string): Promise<'file' | 'folder' | 'other' | 'nothing'> {
  try {
    const entry = await stat(path);
    if (entry.isDirectory()) return 'folder';
    return entry.isFile() ? 'file' : 'other';
  } catch {
    return 'nothing';
  }
}
