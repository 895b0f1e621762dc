import './image-table.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Image } from '../../src/server/api/schemas.ts';
import type { ImageListing } from './image-list.ts';
import { ImageRow } from './image-row.tsx';
import { rowsInView } from './rows-in-view.ts';
import type { Selection } from './selection.ts';

interface ImageTableProps {
  listing: ImageListing;
  selection: Selection;
  openId: string | null;
  onOpen: (id: string) => void;
}

const columns = ['Image', 'Key', 'Status', 'Size', 'Bytes', 'Time', 'Method', 'When'];

/** The rows as a grid with arrow-key navigation; only visible rows are in the document. */
export function ImageTable({ listing, selection, openId, onOpen }: ImageTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  const [active, setActive] = useState(0);
  const images = listing.images.value;
  const current = Math.min(active, images.length - 1);
  const { from, to, above, below, isNearEnd } = rowsInView(view, images.length);

  useEffect(() => {
    if (isNearEnd) void listing.more();
  }, [isNearEnd, listing, images.length]);
  useNewOnTop(listing, view.top);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() =>
      setView(({ top }) => ({ top, height: element.clientHeight })),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const moveTo = (row: number) => {
    const next = Math.max(0, Math.min(row, images.length - 1));
    setActive(next);
    if (scroller.current) showRow(scroller.current, next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = moves(current, images.length)[event.key];
    if (row !== undefined) {
      moveTo(row);
      if (event.shiftKey) selection.extendTo(images, Math.max(0, Math.min(row, images.length - 1)));
      else selection.moveAnchor(row);
    } else if (event.key === ' ') selection.toggle(images, current);
    else if (event.key === 'Escape' && openId === null) selection.clear();
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) selection.setAll(images, true);
    else if (event.key === 'Enter' && images[current]) onOpen(images[current].id);
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={scroller}
      class="card image-table"
      onScroll={({ currentTarget: { scrollTop, clientHeight } }) =>
        setView({ top: scrollTop, height: clientHeight })
      }
    >
      {/* Spacers as high as the rows that are not in the document. */}
      <div style={{ paddingTop: `${above}px`, paddingBottom: `${below}px` }}>
        <table
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its rows can be selected
          role="grid"
          tabIndex={0}
          aria-label="Images; move with the arrow keys, open with Enter, select with Space"
          aria-multiselectable="true"
          aria-rowcount={listing.hasMore ? -1 : images.length + 1}
          aria-activedescendant={images[current] && `image-${images[current].id}`}
          onKeyDown={onKeyDown}
        >
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col" class="column-select">
                <SelectAll images={images} selection={selection} />
              </th>
              {columns.map((name) => (
                <th key={name} scope="col" class={`column-${name.toLowerCase()}`}>
                  <span>{name}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {images.slice(from, to).map((image, at) => (
              <ImageRow
                key={image.id}
                image={image}
                rowIndex={from + at + 2}
                isActive={from + at === current}
                isOpen={image.id === openId}
                isSelected={selection.has(image.id)}
                onSelect={({ shiftKey }) => {
                  setActive(from + at);
                  if (shiftKey) selection.extendTo(images, from + at);
                  else selection.toggle(images, from + at);
                }}
                onOpen={() => {
                  setActive(from + at);
                  onOpen(image.id);
                }}
              />
            ))}
          </tbody>
        </table>
      </div>
      <End listing={listing} />
    </div>
  );
}

function SelectAll({ images, selection }: { images: readonly Image[]; selection: Selection }) {
  const count = selection.images.value.size;
  const isAll = count > 0 && images.every(({ id }) => selection.has(id));
  return (
    <input
      type="checkbox"
      aria-label="Select all loaded images"
      checked={isAll}
      ref={(box) => {
        if (box) box.indeterminate = count > 0 && !isAll;
      }}
      onChange={() => selection.setAll(images, !isAll)}
    />
  );
}

function End({ listing }: { listing: ImageListing }) {
  const { state, problem } = listing;
  if (state.value !== 'failed') return null;
  return (
    <p class="image-table-end" role="alert">
      {problem.value}{' '}
      <button type="button" onClick={() => void listing.reload()}>
        Reload
      </button>
    </p>
  );
}

const pageRows = 10;

function moves(current: number, count: number): Record<string, number> {
  return {
    ArrowDown: current + 1,
    ArrowUp: current - 1,
    PageDown: current + pageRows,
    PageUp: current - pageRows,
    Home: 0,
    End: count - 1,
  };
}

/** At the top, new rows appear; after scrolling, the visible rows keep their position. */
function useNewOnTop(listing: ImageListing, top: number): void {
  const count = listing.newImages.value.length;
  useEffect(() => {
    if (top === 0 && count > 0 && listing.isNewest) listing.showNew();
  }, [top, count, listing]);
}

function showRow(scroller: HTMLElement, row: number): void {
  const head = scroller.querySelector('thead')?.clientHeight ?? 0;
  const height = scroller.querySelector('tbody tr[id]')?.clientHeight ?? 0;
  const top = row * height;
  const room = scroller.clientHeight - head - height;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (top > scroller.scrollTop + room) scroller.scrollTop = top - room;
}
