// The last line of a terminal, which is overwritten: a progress bar, or counts. Everything else that
// is printed goes above it, because src/process/terminal.ts clears it first and shows it again.

interface StatusLine {
  /** Replaces the text, at most ten times a second. Longer text is cut, so it never wraps. */
  show(text: string): void;
  /** Clears the line for good. */
  stop(): void;
}

type Terminal = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>;

const intervalMs = 100;
const clearLine = '\r\u001b[K';

let visible: { terminal: Terminal; text: string } | undefined;

/** Starts the status line; it shows nothing if standard error is not a terminal. */
export function startStatusLine(terminal: Terminal = process.stderr): StatusLine {
  if (!terminal.isTTY) return { show: () => {}, stop: () => {} };
  let shownAtMs = Number.NEGATIVE_INFINITY;
  return {
    show(text) {
      const nowMs = performance.now();
      if (nowMs - shownAtMs < intervalMs) return;
      shownAtMs = nowMs;
      visible = { terminal, text };
      draw(visible);
    },
    stop() {
      if (visible?.terminal === terminal) {
        terminal.write(clearLine);
        visible = undefined;
      }
    },
  };
}

/** Writes text that must not be mixed with the status line. */
export function aboveStatusLine(write: () => void): void {
  visible?.terminal.write(clearLine);
  write();
  if (visible) draw(visible);
}

/** The last column stays free: a character there would wrap on some terminals. */
function draw({ terminal, text }: { terminal: Terminal; text: string }): void {
  terminal.write(`${clearLine}${text.slice(0, Math.max(1, widthOf(terminal) - 1))}`);
}

/** Some pseudo-terminals report a width of 0. */
function widthOf({ columns }: Terminal): number {
  return columns > 0 ? columns : 80;
}

interface Progress {
  done: number;
  total: number;
  /** The total may still grow. */
  isGrowing?: boolean;
  elapsedMs: number;
}

/** A progress bar with the number of images and the time left, in at most 60 columns. */
export function formatProgress({ done, total, isGrowing = false, elapsedMs }: Progress): string {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const bar = '='.repeat(Math.round(share * barWidth)).padEnd(barWidth, '.');
  const more = isGrowing ? ' or more' : '';
  const left = done > 0 ? `  ${formatDuration((elapsedMs / done) * (total - done))} left` : '';
  return `[${bar}] ${Math.floor(share * 100)}%  ${done} of ${total}${more}${left}`;
}

const barWidth = 20;

/** 9s, 2m05s, 3h20m. */
function formatDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.ceil(durationMs / 1_000));
  const minutes = Math.floor(seconds / 60);
  const twoDigits = (value: number) => String(value).padStart(2, '0');
  if (minutes === 0) return `${seconds}s`;
  if (minutes < 60) return `${minutes}m${twoDigits(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h${twoDigits(minutes % 60)}m`;
}
