import { signal } from '@preact/signals';
import type { Image } from '../../src/server/api/schemas.ts';
import { about } from '../api/about.ts';
import { connection, untilOnline } from '../api/live.ts';
import { AwayError, messageOf } from '../api/request.ts';
import { formatBytes } from '../elements/units.ts';
import type { NamedFile } from './dropped-files.ts';
import { outcomeOf, uploadFile } from './upload.ts';

/** An image that was dropped onto the page, and its progress. */
export interface Picture extends NamedFile {
  id: number;
  /** The URL of the local file, valid only in this browser. */
  url: string;
  step:
    | { is: 'waiting' }
    | { is: 'sending'; share: number }
    | { is: 'converting' }
    | { is: 'done'; image: Image; tookMs: number }
    | { is: 'refused'; reason: string };
}

/** Newest first. They are kept while the user visits other pages. */
export const pictures = signal<readonly Picture[]>([]);

/** More concurrent uploads would not be faster. */
const atOnce = 3;
/** Max attempts to send one image while the server is reachable. */
const maxAttempts = 3;
let nextId = 1;
let underWay = 0;

/** Uploads files and follows their outcomes. */
export function addPictures(files: readonly NamedFile[]): void {
  const added = files.map(({ file, key }): Picture => {
    const url = URL.createObjectURL(file);
    return { id: nextId++, file, key, url, step: { is: 'waiting' } };
  });
  pictures.value = [...added, ...pictures.value];
  startNext();
}

/** Retries a refused upload. */
export function sendAgain(id: number): void {
  setStep(id, { is: 'waiting' });
  startNext();
}

/** Removes all finished images from the page; they stay in the bucket. */
export function clearFinished(): void {
  const isFinished = ({ step }: Picture) => step.is === 'done' || step.is === 'refused';
  for (const { url } of pictures.value.filter(isFinished)) URL.revokeObjectURL(url);
  pictures.value = pictures.value.filter((picture) => !isFinished(picture));
}

/** Shows another outcome of the same image, such as that of a retry. */
export function setImage(id: number, image: Image): void {
  setStep(id, { is: 'done', image, tookMs: image.durationMs });
}

function startNext(): void {
  while (underWay < atOnce) {
    const next = pictures.value.findLast(({ step }) => step.is === 'waiting');
    if (!next) return;
    underWay += 1;
    setStep(next.id, { is: 'sending', share: 0 });
    void follow(next).finally(() => {
      underWay -= 1;
      startNext();
    });
  }
}

async function follow(picture: Picture, attempt = 1): Promise<void> {
  const { id, file } = picture;
  const maxBytes = about.value?.limits.maxBytes;
  if (maxBytes !== undefined && file.size > maxBytes) {
    const reason = `Expected at most ${formatBytes(maxBytes)} but this is ${formatBytes(file.size)}. Make it smaller, or raise MAX_BYTES.`;
    setStep(id, { is: 'refused', reason });
    return;
  }
  try {
    const startedAt = performance.now();
    const upload = await uploadFile(picture, (share) => setStep(id, { is: 'sending', share }));
    setStep(id, { is: 'converting' });
    const image = await outcomeOf(upload);
    setStep(id, { is: 'done', image, tookMs: performance.now() - startedAt });
  } catch (error) {
    if (!(error instanceof AwayError)) {
      setStep(id, { is: 'refused', reason: messageOf(error) });
      return;
    }
    setStep(id, { is: 'sending', share: 0 });
    await pause();
    const isThere = connection.value === 'online';
    if (isThere && attempt === maxAttempts) {
      const reason = `The connection broke off ${attempt} times while it was sent, but the server is there. Its log may say why.`;
      setStep(id, { is: 'refused', reason });
      return;
    }
    await untilOnline();
    await follow(picture, isThere ? attempt + 1 : 1);
  }
}

/** The stream may not have noticed yet that the server is away. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2_000));
}

function setStep(id: number, step: Picture['step']): void {
  pictures.value = pictures.value.map((picture) =>
    picture.id === id ? { ...picture, step } : picture,
  );
}
