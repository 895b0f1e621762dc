import './images-page.css';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Link, useSearchParams } from 'wouter-preact';
import { onOutcome, onSkipped, reconnects } from '../api/live.ts';
import { formatCount } from '../elements/units.ts';
import { BulkBar } from './bulk-bar.tsx';
import { DetailPanel } from './detail-panel.tsx';
import { type Filter, filterOf, noFilter, queryOf } from './filter.ts';
import { FilterBar } from './filter-bar.tsx';
import { createImageList, type ImageListing } from './image-list.ts';
import { ImageTable } from './image-table.tsx';
import { createSelection, type Selection } from './selection.ts';

/** The ledger: the outcome of every image. */
export function ImagesPage() {
  const [parameters, setParameters] = useSearchParams();
  const filter = filterOf(parameters);
  const openId = parameters.get('image');
  const listing = useListing(filter);
  // Another filter shows other rows, so a selection could no longer be checked.
  const selection = useMemo(createSelection, [listing]);

  const go = (change: { filter?: Filter; image?: string | null; replace?: boolean }) => {
    const query = new URLSearchParams(queryOf(change.filter ?? filter));
    const image = change.image === undefined ? openId : change.image;
    if (image !== null) query.set('image', image);
    setParameters(query, { replace: change.replace ?? false });
  };
  return (
    <>
      <div class="images-head">
        <h1>Images</h1>
        <LiveNote listing={listing} isNewest={filter.sort === 'newest'} />
      </div>
      <FilterBar filter={filter} onChange={(next) => go({ filter: next, replace: true })} />
      <BulkBar selection={selection} listing={listing} filter={filter} />
      <div class={`images ${openId === null ? '' : 'images-with-detail'}`}>
        <Listing
          listing={listing}
          selection={selection}
          filter={filter}
          openId={openId}
          onOpen={(image) => go({ image })}
          onClear={() => go({ filter: noFilter })}
        />
        {openId !== null && (
          <DetailPanel
            key={openId}
            id={openId}
            listed={listing.images.value.find(({ id }) => id === openId)}
            onClose={() => go({ image: null })}
            onChange={listing.take}
            onRemoved={(id) => {
              listing.remove(new Set([id]));
              selection.remove(new Set([id]));
              go({ image: null, replace: true });
            }}
          />
        )}
      </div>
    </>
  );
}

function Listing({ listing, selection, filter, openId, onOpen, onClear }: ListingProps) {
  const { images, state, problem } = listing;
  if (images.value.length > 0) {
    return <ImageTable listing={listing} selection={selection} openId={openId} onOpen={onOpen} />;
  }
  if (state.value === 'loading') return <p class="soft images-empty">Loading …</p>;
  if (state.value === 'failed') {
    return (
      <div class="notice" role="alert">
        <p>{problem.value}</p>
        <button type="button" onClick={() => void listing.reload()}>
          Try again
        </button>
      </div>
    );
  }
  return queryOf(filter) === '' ? (
    <div class="card images-empty">
      <h2>No images yet</h2>
      <p>
        <Link href="/">Drop an image</Link>, or upload one from a terminal:
      </p>
      <p>
        <code>curl -T photo.jpg -X POST '{location.origin}/v1/uploads?key=photo.jpg'</code>
      </p>
      <p class="soft">It appears here as soon as it is converted.</p>
    </div>
  ) : (
    <div class="card images-empty">
      <h2>No matching images</h2>
      <p>
        <button type="button" onClick={onClear}>
          Show all
        </button>
      </p>
    </div>
  );
}

interface ListingProps {
  listing: ImageListing;
  selection: Selection;
  filter: Filter;
  openId: string | null;
  onOpen: (id: string) => void;
  onClear: () => void;
}

/** Rows recorded since the list was loaded, if they are not added automatically. */
function LiveNote({ listing, isNewest }: { listing: ImageListing; isNewest: boolean }) {
  const { images, newImages, skippedCount } = listing;
  const waiting = newImages.value.length + skippedCount.value;
  const loadedCount = formatCount(images.value.length);
  return (
    <p class="images-note" role="status">
      {waiting > 0 ? (
        <button
          type="button"
          onClick={() =>
            isNewest && skippedCount.value === 0 ? listing.showNew() : void listing.reload()
          }
        >
          {formatCount(waiting)} new
        </button>
      ) : (
        <span class="soft">
          {listing.hasMore ? `${loadedCount} loaded, more below` : `${loadedCount} in total`}
        </span>
      )}
    </p>
  );
}

/** A live list for the filter. The old list stays until the new one is loaded. */
function useListing(filter: Filter): ImageListing {
  const query = queryOf(filter);
  const listing = useMemo(() => createImageList(filterOf(new URLSearchParams(query))), [query]);
  const [shown, setShown] = useState(listing);
  useEffect(() => {
    const stops = [
      onOutcome(listing.take),
      onSkipped((count) => {
        listing.skippedCount.value += count;
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      listing.close();
    };
  }, [listing]);
  const round = reconnects.value;
  // Much may have happened before the server reconnected.
  useEffect(() => {
    let isCurrent = true;
    void listing.reload().then(() => isCurrent && setShown(listing));
    return () => {
      isCurrent = false;
    };
  }, [listing, round]);
  return shown;
}
