import './bulk-bar.css';
import { useState } from 'preact/hooks';
import type { Image } from '../../src/server/api/schemas.ts';
import { formatCount } from '../elements/units.ts';
import { ZipButton } from '../elements/zip-button.tsx';
import { DeleteSelectedDialog, RetryAllDialog, RetrySelectedDialog } from './bulk-dialogs.tsx';
import { type Filter, queryOf } from './filter.ts';
import type { ImageListing } from './image-list.ts';
import type { Selection } from './selection.ts';

interface BulkBarProps {
  selection: Selection;
  listing: ImageListing;
  filter: Filter;
}

type Dialog = 'retry-all' | 'retry' | 'delete';

/** Actions on the selected rows or, without a selection, on all rows of the filter. */
export function BulkBar({ selection, listing, filter }: BulkBarProps) {
  // Those selected when the dialog opened: a deletion also ends their selection.
  const [open, setOpen] = useState<{ dialog: Dialog; selected: readonly Image[] }>();
  const selected = [...selection.images.value.values()];
  const close = () => setOpen(undefined);
  const onOpen = (dialog: Dialog) => setOpen({ dialog, selected });
  return (
    <fieldset class="bulk-bar">
      <legend class="for-readers">Actions on several images</legend>
      {selected.length === 0 ? (
        <FilterActions filter={filter} onOpen={onOpen} />
      ) : (
        <SelectionActions selected={selected} onOpen={onOpen} onClear={selection.clear} />
      )}
      {open?.dialog === 'retry-all' && <RetryAllDialog filter={filter} onClose={close} />}
      {open?.dialog === 'retry' && <RetrySelectedDialog selected={open.selected} onClose={close} />}
      {open?.dialog === 'delete' && (
        <DeleteSelectedDialog
          selected={open.selected}
          onClose={close}
          onRemoved={(ids) => {
            listing.remove(ids);
            selection.remove(ids);
          }}
        />
      )}
    </fieldset>
  );
}

interface ActionsProps {
  onOpen: (dialog: Dialog) => void;
}

function FilterActions({ filter, onOpen }: ActionsProps & { filter: Filter }) {
  const query = queryOf(filter);
  return (
    <>
      <button type="button" onClick={() => onOpen('retry-all')}>
        Retry all {filter.status || 'failed'} …
      </button>
      {(['csv', 'json'] as const).map((format) => (
        <a
          key={format}
          class="button"
          download
          href={`/v1/images/export?${query}${query && '&'}format=${format}`}
        >
          Export {format.toUpperCase()}
        </a>
      ))}
    </>
  );
}

function SelectionActions({
  selected,
  onOpen,
  onClear,
}: ActionsProps & { selected: readonly Image[]; onClear: () => void }) {
  return (
    <>
      <p role="status">{formatCount(selected.length)} selected</p>
      <ZipButton
        isDisabled={selected.every(({ links }) => links.gray === null)}
        imagesOf={() => selected}
      >
        Download (ZIP)
      </ZipButton>
      <button type="button" onClick={() => onOpen('retry')}>
        Retry …
      </button>
      <button type="button" onClick={() => onOpen('delete')}>
        Delete …
      </button>
      <button type="button" onClick={onClear}>
        Clear selection
      </button>
    </>
  );
}
