/** The same as `--row-height` in the CSS. */
const rowHeightPx = 56;
/** Extra rows beyond the edges, so that scrolling shows no gaps. */
const marginRows = 12;
/** The next rows are loaded this many rows before the end. */
const preloadRows = 60;

/** Computes which rows to put in the document, and the height of the others. */
export function rowsInView(view: { top: number; height: number }, count: number) {
  const first = Math.min(Math.floor(view.top / rowHeightPx), Math.max(0, count - 1));
  const from = Math.max(0, first - marginRows);
  const to = Math.min(count, Math.ceil((view.top + view.height) / rowHeightPx) + marginRows);
  return {
    from,
    to: Math.max(to, from),
    above: from * rowHeightPx,
    below: (count - Math.max(to, from)) * rowHeightPx,
    isNearEnd: to + preloadRows >= count,
  };
}
