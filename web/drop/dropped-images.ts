import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Image } from '../../src/server/api/schemas.ts';
import type { GrayFile, RecipeChoice } from '../elements/convert-image.ts';
import type { NamedFile } from './dropped-files.ts';

/** What to do with an image whose key exists in the bucket. */
export type ExistingChoice = 'rename' | 'replace' | 'skip';

/** The progress of a dropped image. */
export type Step =
  | { name: 'waiting' }
  | { name: 'sending'; share: number }
  | { name: 'converting' }
  | { name: 'exists' }
  | { name: 'skipped' }
  | { name: 'done'; image: Image; tookMs: number }
  /** Converted without being stored. */
  | { name: 'ready'; gray: GrayFile; tookMs: number }
  | { name: 'refused'; reason: string };

/** An image that was dropped onto the page. */
export interface DroppedImage {
  readonly id: number;
  readonly file: File;
  /** The URL of the local file, valid only in this browser. */
  readonly url: string;
  /** Under which it is stored; changes if it is renamed. */
  readonly key: Signal<string>;
  readonly step: ReadonlySignal<Step>;
  /** Until the user decides, no object is replaced. */
  choice?: ExistingChoice;
  /** How it is converted if it is not stored. */
  recipe: RecipeChoice | undefined;
}

/** Newest drop first. They are kept while the user visits other pages. */
export const droppedImages = signal<readonly DroppedImage[]>([]);

type Tally = Record<Step['name'] | 'notConverted', number>;
const noImages: Tally = {
  ...{ waiting: 0, sending: 0, converting: 0, exists: 0, skipped: 0, done: 0, ready: 0 },
  ...{ refused: 0, notConverted: 0 },
};

/** How many images are at each step. Counted as they change: there may be thousands. */
export const tally = signal<Tally>(noImages);

/** How many images are finished: nothing more happens to them by itself or by a decision. */
export const finishedCount = computed(() =>
  finishedSteps.reduce((sum, name) => sum + tally.value[name], 0),
);

const finishedSteps = ['done', 'ready', 'refused', 'skipped'] as const;

let nextId = 1;

/** Adds files on top of the list. */
export function addToList(
  files: readonly NamedFile[],
  recipe: RecipeChoice | undefined,
): DroppedImage[] {
  const added = files.map(({ file, key }): DroppedImage => {
    const step = signal<Step>({ name: 'waiting' });
    const url = URL.createObjectURL(file);
    return { id: nextId++, file, url, key: signal(key), step, recipe };
  });
  batch(() => {
    droppedImages.value = [...added, ...droppedImages.value];
    tally.value = { ...tally.value, waiting: tally.value.waiting + added.length };
  });
  return added;
}

/** Moves an image to its next step. */
export function setStep(dropped: DroppedImage, step: Step): void {
  const before = dropped.step.value;
  if (before.name === 'ready') URL.revokeObjectURL(before.gray.url);
  batch(() => {
    (dropped.step as Signal<Step>).value = step;
    if (before.name === step.name && before.name !== 'done') return;
    const counts = { ...tally.value };
    count(counts, before, -1);
    count(counts, step, 1);
    tally.value = counts;
  });
}

function count(counts: Tally, step: Step, amount: number): void {
  counts[step.name] += amount;
  if (needsAttention(step)) counts.notConverted += amount;
}

/** Whether an image is finished without an output, or waits for a decision. */
export function needsAttention(step: Step): boolean {
  if (step.name === 'done') return step.image.status !== 'converted';
  return step.name === 'refused' || step.name === 'skipped' || step.name === 'exists';
}

/** Whether nothing more happens to an image by itself or by a decision. */
export function isFinished({ step }: DroppedImage): boolean {
  return finishedSteps.some((name) => name === step.value.name);
}

/** The rows of the images that have an output. */
export function convertedImages(): Image[] {
  return droppedImages.value.flatMap(({ step: { value } }) =>
    value.name === 'done' && value.image.status === 'converted' ? value.image : [],
  );
}

/** The files that were converted without being stored. */
export function grayFiles(): { key: string; gray: GrayFile }[] {
  return droppedImages.value.flatMap(({ key, step: { value } }) =>
    value.name === 'ready' ? { key: key.value, gray: value.gray } : [],
  );
}

/** Removes all finished images from the page; they stay in the bucket. */
export function clearFinished(): void {
  const kept = droppedImages.value.filter((dropped) => !isFinished(dropped));
  for (const { url, step } of droppedImages.value.filter(isFinished)) {
    URL.revokeObjectURL(url);
    if (step.value.name === 'ready') URL.revokeObjectURL(step.value.gray.url);
  }
  batch(() => {
    const counts = { ...noImages };
    for (const { step } of kept) count(counts, step.value, 1);
    droppedImages.value = kept;
    tally.value = counts;
  });
}

/** Shows another outcome of the same image, for example that of a retry. */
export function setImage(dropped: DroppedImage, image: Image): void {
  setStep(dropped, { name: 'done', image, tookMs: image.durationMs });
}
