import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { DroppedImage } from './dropped-images.ts';
import { ImageCard } from './image-card.tsx';
import { rowsNear } from './rows-near.ts';

/** The same as in the CSS. */
const minColumnPx = 384;
const gapPx = 16;

/** Cards in rows; only rows near the visible part of the page are in the document. */
export function CardGrid({ images }: { images: readonly DroppedImage[] }) {
  const list = useRef<HTMLDivElement>(null);
  const [focusedRow, setFocusedRow] = useState<number>();
  const { columns, view } = useLayout(list);
  const { heights, measure } = useRowHeights();
  const count = Math.ceil(images.length / columns);
  const firstOf = (row: number) => images[row * columns]?.id ?? 0;
  const heightOf = (row: number) => heights.get(firstOf(row));
  const parts = rowsNear(view, { count, focusedRow, gapPx, heightOf });
  return (
    <div
      ref={list}
      class="drop-images"
      role="feed"
      aria-label="Dropped images"
      onFocusOut={() => setFocusedRow(undefined)}
    >
      {parts.map((part) =>
        'spacePx' in part ? (
          <div key={`space-${part.before}`} style={{ height: `${part.spacePx}px` }} />
        ) : (
          <div
            key={firstOf(part.row)}
            ref={(element) => measure(element, firstOf(part.row))}
            class="drop-row"
            role="presentation"
            style={{ '--columns': columns }}
            onFocusIn={() => setFocusedRow(part.row)}
          >
            {images.slice(part.row * columns, (part.row + 1) * columns).map((dropped, at) => (
              <ImageCard
                key={dropped.id}
                dropped={dropped}
                position={part.row * columns + at + 1}
                count={images.length}
              />
            ))}
          </div>
        ),
      )}
    </div>
  );
}

/** Heights of the rows that have been in the document, by the id of their first image. */
function useRowHeights() {
  const [heights, setHeights] = useState<ReadonlyMap<number, number>>(new Map());
  const [{ observer, ids }] = useState(() => {
    const ids = new WeakMap<Element, number>();
    const observer = new ResizeObserver((entries) => {
      // An element that has left the document reports a height of 0.
      for (const { target } of entries) if (!target.isConnected) observer.unobserve(target);
      setHeights((before) => {
        const changed = entries.flatMap(({ target, contentRect: { height } }) => {
          const id = target.isConnected ? ids.get(target) : undefined;
          return id !== undefined && before.get(id) !== height ? [[id, height] as const] : [];
        });
        return changed.length === 0 ? before : new Map([...before, ...changed]);
      });
    });
    return { observer, ids };
  });
  useLayoutEffect(() => () => observer.disconnect(), [observer]);
  const measure = (element: Element | null, id: number) => {
    if (!element) return;
    ids.set(element, id);
    observer.observe(element);
  };
  return { heights, measure };
}

/** The number of columns that fit, and the visible part of the list. */
function useLayout(list: { current: HTMLElement | null }) {
  const [layout, setLayout] = useState({ columns: 1, view: { top: 0, height: innerHeight } });
  useLayoutEffect(() => {
    const read = () => {
      if (!list.current) return;
      const { width, top } = list.current.getBoundingClientRect();
      const columns = Math.max(1, Math.floor((width + gapPx) / (minColumnPx + gapPx)));
      setLayout({ columns, view: { top: -top, height: innerHeight } });
    };
    read();
    // Also when what is above the list changes its height.
    const observer = new ResizeObserver(read);
    observer.observe(document.body);
    addEventListener('scroll', read, { passive: true });
    return () => {
      observer.disconnect();
      removeEventListener('scroll', read);
    };
  }, [list]);
  return layout;
}
