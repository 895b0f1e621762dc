import { RequestError } from '../problems/problems.ts';
import type { FileLocation } from './locate-file.ts';

/** A row's file was removed, or replaced by other content. */
export function fileGoneError(
  { ref }: FileLocation,
  { isReplaced }: { isReplaced: boolean },
): RequestError {
  return isReplaced
    ? new RequestError(
        'CONTENT_REPLACED',
        `A later upload has replaced the content of "${ref.key}"; it has a separate row.`,
      )
    : new RequestError('NO_SUCH_FILE', `"${ref.key}" no longer exists.`);
}
