import { signal } from '@preact/signals';
import type { Image } from '../../src/server/api/schemas.ts';
import { about } from '../api/about.ts';
import { connection, waitUntilOnline } from '../api/live.ts';
import { ApiError, messageOf, UnreachableError } from '../api/request.ts';
import { formatBytes } from '../elements/units.ts';
import type { NamedFile } from './dropped-files.ts';
import { uploadFile, waitForOutcome } from './upload.ts';

/** What to do with an image whose key exists in the bucket. */
export type ExistingChoice = 'rename' | 'replace' | 'skip';

/** An image that was dropped onto the page, and its progress. */
export interface DroppedImage extends NamedFile {
  id: number;
  /** The URL of the local file, valid only in this browser. */
  url: string;
  /** Until the user decides, no object is replaced. */
  choice?: ExistingChoice;
  step:
    | { name: 'waiting' }
    | { name: 'sending'; share: number }
    | { name: 'converting' }
    | { name: 'exists' }
    | { name: 'skipped' }
    | { name: 'done'; image: Image; tookMs: number }
    | { name: 'refused'; reason: string };
}

/** Newest first. They are kept while the user visits other pages. */
export const droppedImages = signal<readonly DroppedImage[]>([]);

/** More concurrent uploads would not be faster. */
const maxConcurrentUploads = 3;
/** Max attempts to send one image while the server is reachable. */
const maxAttempts = 3;
let nextId = 1;
let activeUploads = 0;

/** Uploads files and follows their outcomes. */
export function addDroppedImages(files: readonly NamedFile[]): void {
  const added = files.map(({ file, key }): DroppedImage => {
    const url = URL.createObjectURL(file);
    return { id: nextId++, file, key, url, step: { name: 'waiting' } };
  });
  droppedImages.value = [...added, ...droppedImages.value];
  startNext();
}

/** Retries a refused upload. */
export function retryUpload(id: number): void {
  setStep(id, { name: 'waiting' });
  startNext();
}

/** Whether nothing more happens to an image by itself or by a decision. */
export function isFinished({ step }: DroppedImage): boolean {
  return step.name === 'done' || step.name === 'refused' || step.name === 'skipped';
}

/**
 * Decides what happens to images whose keys exist. Without an id, it decides for all images that
 * are not stored yet.
 */
export function decideExisting(choice: ExistingChoice, id?: number): void {
  droppedImages.value = droppedImages.value.map((dropped) => {
    const isMeant = id === undefined ? isUndecided(dropped) : dropped.id === id;
    if (!isMeant) return dropped;
    if (dropped.step.name !== 'exists') return { ...dropped, choice };
    const name = choice === 'skip' ? 'skipped' : 'waiting';
    return { ...dropped, choice, step: { name } };
  });
  startNext();
}

function isUndecided({ step, choice }: DroppedImage): boolean {
  return choice === undefined && ['exists', 'waiting', 'sending'].includes(step.name);
}

/** Removes all finished images from the page; they stay in the bucket. */
export function clearFinished(): void {
  for (const { url } of droppedImages.value.filter(isFinished)) URL.revokeObjectURL(url);
  droppedImages.value = droppedImages.value.filter((dropped) => !isFinished(dropped));
}

/** Shows another outcome of the same image, for example that of a retry. */
export function setImage(id: number, image: Image): void {
  setStep(id, { name: 'done', image, tookMs: image.durationMs });
}

function startNext(): void {
  while (activeUploads < maxConcurrentUploads) {
    const next = droppedImages.value.findLast(({ step }) => step.name === 'waiting');
    if (!next) return;
    activeUploads += 1;
    setStep(next.id, { name: 'sending', share: 0 });
    void follow(next).finally(() => {
      activeUploads -= 1;
      startNext();
    });
  }
}

async function follow(dropped: DroppedImage, attempt = 1): Promise<void> {
  const { id, file, choice } = dropped;
  const maxBytes = about.value?.limits.maxBytes;
  if (maxBytes !== undefined && file.size > maxBytes) {
    const reason = `Expected at most ${formatBytes(maxBytes)} but the file has ${formatBytes(file.size)}. Upload a smaller file, or raise MAX_BYTES.`;
    setStep(id, { name: 'refused', reason });
    return;
  }
  const ifExists = !choice || choice === 'skip' ? 'error' : choice;
  try {
    const startedAt = performance.now();
    const upload = await uploadFile(dropped, ifExists, (share) =>
      setStep(id, { name: 'sending', share }),
    );
    update(id, { key: upload.key, step: { name: 'converting' } });
    const image = await waitForOutcome(upload);
    setStep(id, { name: 'done', image, tookMs: performance.now() - startedAt });
  } catch (error) {
    const exists = error instanceof ApiError && error.code === 'KEY_EXISTS';
    if (exists && ifExists === 'error') return await onExists(id);
    if (!(error instanceof UnreachableError)) {
      setStep(id, { name: 'refused', reason: messageOf(error) });
      return;
    }
    setStep(id, { name: 'sending', share: 0 });
    await pause();
    const isReachable = connection.value === 'online';
    if (isReachable && attempt === maxAttempts) {
      const reason = `Sending failed ${attempt} times although the server is reachable. The server log may show the reason.`;
      setStep(id, { name: 'refused', reason });
      return;
    }
    await waitUntilOnline();
    await follow(dropped, isReachable ? attempt + 1 : 1);
  }
}

/** The user may have decided while the image was being sent. */
async function onExists(id: number): Promise<void> {
  const dropped = droppedImages.value.find((dropped) => dropped.id === id);
  if (!dropped) return;
  if (dropped.choice === undefined) setStep(id, { name: 'exists' });
  else if (dropped.choice === 'skip') setStep(id, { name: 'skipped' });
  else await follow(dropped);
}

/** The event stream may take a moment to notice that the server is unreachable. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2_000));
}

function setStep(id: number, step: DroppedImage['step']): void {
  update(id, { step });
}

function update(id: number, change: Partial<DroppedImage>): void {
  droppedImages.value = droppedImages.value.map((dropped) =>
    dropped.id === id ? { ...dropped, ...change } : dropped,
  );
}
