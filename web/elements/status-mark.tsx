import './status-mark.css';
import type { Image } from '../../src/server/api/schemas.ts';

const marks = {
  converted: { sign: '✓', word: 'converted' },
  failed: { sign: '✕', word: 'failed' },
  skipped: { sign: '–', word: 'skipped' },
} satisfies Record<Image['status'], { sign: string; word: string }>;

/** An image's status, shown by shape and word so that it does not depend on color. */
export function StatusMark({ status }: { status: Image['status'] }) {
  const { sign, word } = marks[status];
  return (
    <span class={`status-mark status-mark-${status}`}>
      <span aria-hidden="true">{sign}</span> <span class="status-mark-word">{word}</span>
    </span>
  );
}
