import { useEffect, useState } from 'preact/hooks';
import type { Image } from '../../src/server/api/schemas.ts';
import { messageOf } from '../api/request.ts';
import { formatCount, formatQuantity } from '../elements/units.ts';
import { deleteImages, listAll, retryImages } from './bulk-actions.ts';
import { BulkDialog } from './bulk-dialog.tsx';
import { type Filter, noFilter, queryOf } from './filter.ts';

interface SelectedProps {
  selected: readonly Image[];
  onClose: () => void;
}

export function RetrySelectedDialog({ selected, onClose }: SelectedProps) {
  return (
    <BulkDialog
      title={`Convert ${formatQuantity(selected.length, 'image')} again?`}
      action="Retry"
      run={(options) => retryImages([selected], options)}
      onClose={onClose}
    >
      <RetryMeaning />
    </BulkDialog>
  );
}

export function DeleteSelectedDialog({
  selected,
  onClose,
  onRemoved,
}: SelectedProps & { onRemoved: (ids: ReadonlySet<string>) => void }) {
  const [withSource, setWithSource] = useState(false);
  const outputs = selected.filter(({ output }) => output !== null).length;
  const rows = formatQuantity(selected.length, 'row');
  return (
    <BulkDialog
      title={`Delete ${formatQuantity(selected.length, 'image')}?`}
      action="Delete"
      run={(options) => deleteImages(selected, { ...options, withSource, onRemoved })}
      onClose={onClose}
    >
      <p>
        {rows} and {formatQuantity(outputs, 'output')} are deleted permanently.{' '}
        {withSource ? 'So are the uploaded images.' : 'The uploaded images stay in the bucket.'}
      </p>
      <label>
        <input
          type="checkbox"
          checked={withSource}
          onChange={({ currentTarget }) => setWithSource(currentTarget.checked)}
        />{' '}
        Also delete the uploaded images
      </label>
    </BulkDialog>
  );
}

/** Without a status in the filter, only failed images are retried: all are rarely meant. */
export function RetryAllDialog({ filter, onClose }: { filter: Filter; onClose: () => void }) {
  const status = filter.status || 'failed';
  const query = queryOf({ ...filter, status, sort: noFilter.sort });
  const { count, problem } = useCount(query);
  return (
    <BulkDialog
      title={`Convert all ${status} images again?`}
      action="Retry all"
      isDisabled={count === undefined || count === '0'}
      run={(options) => retryImages(listAll(query, options.signal), options)}
      onClose={onClose}
    >
      <p>
        {count === undefined
          ? 'Counting …'
          : `${count} ${status} ${count === '1' ? 'image matches' : 'images match'} the filter.`}
      </p>
      {problem && <p role="alert">{problem}</p>}
      <RetryMeaning />
    </BulkDialog>
  );
}

function RetryMeaning() {
  return (
    <p>
      The newest content of each key is read from the bucket and converted again. Its output is
      replaced; nothing is deleted.
    </p>
  );
}

/** Counting stops here, because it reads all rows. */
const maxCounted = 1_000;

/** How many rows match a query of the list: `12`, `more than 1,000`. */
function useCount(query: string) {
  const [count, setCount] = useState<string>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    const leaving = new AbortController();
    const read = async () => {
      let seen = 0;
      for await (const images of listAll(query, leaving.signal)) {
        seen += images.length;
        if (seen > maxCounted) return setCount(`More than ${formatCount(maxCounted)}`);
      }
      setCount(formatCount(seen));
    };
    read().catch((error) => {
      if (!leaving.signal.aborted) setProblem(messageOf(error));
    });
    return () => leaving.abort();
  }, [query]);
  return { count, problem };
}
