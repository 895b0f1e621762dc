import { formatProgress, startStatusLine } from '../../process/status-line.ts';
import type { BackfillResult, S3Location } from '../../reconcile/index.ts';
import type { ObjectFiles } from '../../storage/object-files.ts';

interface Progress {
  show(progress: BackfillResult): void;
  stop(): Promise<void>;
}

interface ProgressOptions {
  files: Pick<ObjectFiles, 'list'>;
  /** The position at which the backfill resumes. */
  after: string | undefined;
  signal: AbortSignal;
}

/**
 * A progress bar on a terminal. A bucket does not report its number of objects, so they are counted
 * during the work, and the estimate grows until the count is complete.
 */
export function startProgress(location: S3Location, options: ProgressOptions): Progress {
  if (!process.stderr.isTTY) return { show: () => {}, stop: async () => {} };
  const line = startStatusLine();
  const startedAt = performance.now();
  const progress = { done: 0, total: 0, isGrowing: true };
  const draw = () =>
    line.show(formatProgress({ ...progress, elapsedMs: performance.now() - startedAt }));
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, options.signal]);
  const counting = countObjects(location, { ...options, signal }, (objects, isAll) => {
    Object.assign(progress, { total: objects, isGrowing: !isAll });
    draw();
  });
  let before: number | undefined;
  return {
    show({ counts }) {
      const seen = Object.values(counts).reduce((sum, { objects }) => sum + objects, 0);
      // Objects that earlier runs processed are not counted again.
      before ??= seen - 1;
      progress.done = seen - before;
      draw();
    },
    async stop() {
      stop.abort();
      await counting;
      line.stop();
    },
  };
}

async function countObjects(
  { bucket, prefix }: S3Location,
  { files, after, signal }: ProgressOptions,
  onCount: (objects: number, isAll: boolean) => void,
): Promise<void> {
  let objects = 0;
  try {
    for await (const page of files.list(bucket, prefix, { after })) {
      if (signal.aborted) return;
      objects += page.length;
      onCount(objects, false);
    }
    onCount(objects, true);
  } catch {
    // The backfill lists the same objects and reports any error.
  }
}
