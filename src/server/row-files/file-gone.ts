import { RequestError } from '../problems/problems.ts';
import type { FileLocation } from './locate-file.ts';

/** A row's file was removed, or replaced by other content. */
export function fileGone(
  { ref }: FileLocation,
  { isReplaced }: { isReplaced: boolean },
): RequestError {
  return isReplaced
    ? new RequestError(
        'CONTENT_REPLACED',
        `"${ref.key}" holds another content by now, which has a row of its own.`,
      )
    : new RequestError('NO_SUCH_FILE', `"${ref.key}" is no longer there.`);
}
