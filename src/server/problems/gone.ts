import type { Place } from '../routes/belongs-to.ts';
import { RequestError } from './problems.ts';

/** A file that a row names and that is no longer its own. */
export function gone({ ref }: Place, { isReplaced }: { isReplaced: boolean }): RequestError {
  return isReplaced
    ? new RequestError(
        'CONTENT_REPLACED',
        `"${ref.key}" holds another content by now, which has a row of its own.`,
      )
    : new RequestError('NO_SUCH_FILE', `"${ref.key}" is no longer there.`);
}
