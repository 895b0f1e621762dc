import './status-mark.css';
import type { Image } from '../../src/server/api/schemas.ts';

const marks = {
  converted: { sign: '✓', word: 'converted' },
  failed: { sign: '✕', word: 'failed' },
  skipped: { sign: '–', word: 'skipped' },
} satisfies Record<Image['status'], { sign: string; word: string }>;

/** What became of a picture, told by shape and word and not by colour. */
export function StatusMark({ status }: { status: Image['status'] }) {
  const { sign, word } = marks[status];
  return (
    <span class={`status-mark status-mark-${status}`}>
      <span aria-hidden="true">{sign}</span> <span class="status-mark-word">{word}</span>
    </span>
  );
}
