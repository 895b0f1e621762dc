import { about } from '../api/about.ts';
import { connection, waitUntilOnline } from '../api/live.ts';
import { ApiError, messageOf, UnreachableError } from '../api/request.ts';
import { convertImage, type RecipeChoice } from '../elements/convert-image.ts';
import { formatBytes } from '../elements/units.ts';
import { chooseRecipe, dropOptions } from './drop-options.ts';
import type { NamedFile } from './dropped-files.ts';
import {
  addToList,
  type DroppedImage,
  droppedImages,
  type ExistingChoice,
  setStep,
} from './dropped-images.ts';
import { waitForOutcome } from './outcomes.ts';
import { createPace } from './pace.ts';
import { uploadFile } from './upload.ts';

/** Max attempts to send one image while the server is reachable. */
const maxAttempts = 3;
/** Max attempts while the server is reachable but too busy: about a minute. */
const maxBusyAttempts = 30;
/** Images to be sent, in order. */
const queue: DroppedImage[] = [];
const pace = createPace();

/** Uploads files and follows their outcomes. */
export function addDroppedImages(files: readonly NamedFile[]): void {
  const { isStored, recipe } = dropOptions.value;
  enqueue(...addToList(files, isStored ? undefined : recipe));
}

/** Stores an image that was only converted. */
export function storeImage(dropped: DroppedImage): void {
  dropped.recipe = undefined;
  retryUpload(dropped);
}

/** Converts an image again with this method, without storing it; those dropped later, too. */
export function convertWith(dropped: DroppedImage, method: string): void {
  chooseRecipe({ method });
  dropped.recipe = dropOptions.value.recipe;
  retryUpload(dropped);
}

/** Retries a refused image. If it is not to be stored, it is converted with the present options. */
export function sendAgain(dropped: DroppedImage): void {
  if (dropped.recipe) dropped.recipe = dropOptions.value.recipe;
  retryUpload(dropped);
}

function retryUpload(dropped: DroppedImage): void {
  setStep(dropped, { name: 'waiting' });
  enqueue(dropped);
}

/**
 * Decides what happens to images whose keys exist. Without an image, it decides for all images that
 * are not stored yet.
 */
export function decideExisting(choice: ExistingChoice, one?: DroppedImage): void {
  for (const dropped of one ? [one] : droppedImages.value.filter(isUndecided)) {
    dropped.choice = choice;
    if (dropped.step.value.name !== 'exists') continue;
    if (choice === 'skip') setStep(dropped, { name: 'skipped' });
    else retryUpload(dropped);
  }
}

function isUndecided({ step, choice }: DroppedImage): boolean {
  return choice === undefined && ['exists', 'waiting', 'sending'].includes(step.value.name);
}

function enqueue(...images: DroppedImage[]): void {
  // One by one: there may be more of them than a call can have arguments.
  for (const image of images) queue.push(image);
  startNext();
}

/** An image that waits for its outcome takes no place: the server converts at its own pace. */
function startNext(): void {
  while (queue.length > 0 && pace.hasRoom) {
    const next = queue.shift();
    if (!next) return;
    void pace.run(() => send(next)).finally(startNext);
  }
}

/** Resolves when the image is sent, or is not going to be. */
async function send(dropped: DroppedImage, attempt = 1): Promise<void> {
  const reason = tooLarge(dropped.file);
  if (reason !== undefined) return setStep(dropped, { name: 'refused', reason });
  try {
    if (dropped.recipe) await convertOnly(dropped, dropped.recipe);
    else await store(dropped);
  } catch (error) {
    if (error instanceof UnreachableError) return await sendLater(dropped, attempt);
    if (!(error instanceof ApiError)) return refuse(dropped, error);
    const max = error.code === 'OVERLOADED' ? maxBusyAttempts : maxAttempts;
    if (!error.isBusy || attempt >= max) return refuse(dropped, error);
    setStep(dropped, { name: 'waiting' });
    await pace.slowDown();
    await send(dropped, attempt + 1);
  }
}

async function store(dropped: DroppedImage): Promise<void> {
  const { file, key, choice } = dropped;
  const ifExists = !choice || choice === 'skip' ? 'error' : choice;
  setStep(dropped, { name: 'sending', share: 0 });
  const startedAt = performance.now();
  const onProgress = (share: number) => setStep(dropped, { name: 'sending', share });
  try {
    const upload = await uploadFile({ file, key: key.value }, ifExists, onProgress);
    key.value = upload.key;
    setStep(dropped, { name: 'converting' });
    void waitForOutcome(upload, { mayExist: ifExists === 'replace' }).then((image) =>
      setStep(dropped, { name: 'done', image, tookMs: performance.now() - startedAt }),
    );
  } catch (error) {
    const exists = error instanceof ApiError && error.code === 'KEY_EXISTS';
    if (!exists || ifExists !== 'error') throw error;
    await onExists(dropped);
  }
}

async function convertOnly(dropped: DroppedImage, recipe: RecipeChoice): Promise<void> {
  setStep(dropped, { name: 'converting' });
  const startedAt = performance.now();
  const gray = await convertImage(dropped.file, recipe);
  setStep(dropped, { name: 'ready', gray, tookMs: performance.now() - startedAt });
}

function refuse(dropped: DroppedImage, error: unknown): void {
  setStep(dropped, { name: 'refused', reason: messageOf(error) });
}

function tooLarge({ size }: File): string | undefined {
  const maxBytes = about.value?.limits.maxBytes;
  if (maxBytes === undefined || size <= maxBytes) return undefined;
  return `Expected at most ${formatBytes(maxBytes)} but the file has ${formatBytes(size)}. Upload a smaller file, or raise MAX_BYTES.`;
}

/** The user may have decided while the image was being sent. */
async function onExists(dropped: DroppedImage): Promise<void> {
  if (dropped.choice === undefined) setStep(dropped, { name: 'exists' });
  else if (dropped.choice === 'skip') setStep(dropped, { name: 'skipped' });
  else await store(dropped);
}

async function sendLater(dropped: DroppedImage, attempt: number): Promise<void> {
  setStep(dropped, { name: 'waiting' });
  // The event stream may take a moment to notice that the server is unreachable.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const isReachable = connection.value === 'online';
  if (isReachable && attempt === maxAttempts) {
    const reason = `Sending failed ${attempt} times although the server is reachable. The server log may show the reason.`;
    return setStep(dropped, { name: 'refused', reason });
  }
  await waitUntilOnline();
  await send(dropped, isReachable ? attempt + 1 : 1);
}
