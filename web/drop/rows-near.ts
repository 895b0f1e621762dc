/** A row to put in the document, or the space of rows that are not in it. */
export type Part = { row: number } | { spacePx: number; before: number };

interface RowsOptions {
  count: number;
  /** Stays in the document: removing it would lose the focus. */
  focusedRow: number | undefined;
  gapPx: number;
  /** Undefined for a row that has not been in the document yet. */
  heightOf: (row: number) => number | undefined;
}

/** Until a row is measured. */
const estimatedPx = 420;
/** Extra pixels beyond the edges, so that scrolling and the Tab key find rows there. */
const marginPx = 800;

/** Computes which rows of different heights to put in the document, and the spaces between them. */
export function rowsNear(
  view: { top: number; height: number },
  { count, focusedRow, gapPx, heightOf }: RowsOptions,
): Part[] {
  const from = view.top - marginPx;
  const to = view.top + view.height + marginPx;
  const parts: Part[] = [];
  let top = 0;
  let spacePx = 0;
  for (let row = 0; row < count; row++) {
    const height = (heightOf(row) ?? estimatedPx) + gapPx;
    const isNear = top + height > from && top < to;
    top += height;
    if (!isNear && row !== focusedRow) {
      spacePx += height;
      continue;
    }
    if (spacePx > 0) parts.push({ spacePx, before: row });
    spacePx = 0;
    parts.push({ row });
  }
  if (spacePx > 0) parts.push({ spacePx, before: count });
  return parts;
}
