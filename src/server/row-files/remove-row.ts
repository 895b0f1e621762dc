import type { ServerParts } from '../../app/open-server.ts';
import type { LedgerRow } from '../../ledger/ledger-reader.ts';
import { type FilePart, locateFile } from './locate-file.ts';

/**
 * Deletes the row last, so that an interrupted deletion can be repeated. Files whose content has
 * changed belong to another row and stay.
 */
export async function removeRow(
  row: LedgerRow,
  { files, reader }: Pick<ServerParts, 'files' | 'reader'>,
  { withSource }: { withSource: boolean },
): Promise<('row' | FilePart)[]> {
  const removed: ('row' | FilePart)[] = [];
  const parts: FilePart[] = withSource ? ['output', 'source'] : ['output'];
  for (const part of parts) {
    const location = locateFile(row, part);
    const found = location && (await files.head(location.ref));
    if (!location || !found || !location.isCurrent(found)) continue;
    // Nothing proves that the file still has the row's content.
    if (part === 'source' && row.sourceEtag === null) continue;
    if (await files.remove(location.ref, { etag: found.etag })) removed.push(part);
  }
  if (await reader.remove(row.id)) removed.push('row');
  return removed;
}
