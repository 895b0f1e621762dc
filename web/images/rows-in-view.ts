/** As `--row-height` says. */
const rowHeight = 56;
/** Rows beyond the edges, so that scrolling does not show empty ones. */
const margin = 12;
/** Rows from the end at which the next ones are loaded. */
const foresight = 60;

/** Which of so many rows are to be in the document, and how much room the others take. */
export function rowsInView(view: { top: number; height: number }, count: number) {
  const first = Math.min(Math.floor(view.top / rowHeight), Math.max(0, count - 1));
  const from = Math.max(0, first - margin);
  const to = Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + margin);
  return {
    from,
    to: Math.max(to, from),
    above: from * rowHeight,
    below: (count - Math.max(to, from)) * rowHeight,
    isNearEnd: to + foresight >= count,
  };
}
