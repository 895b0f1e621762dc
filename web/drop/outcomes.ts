import type { Image, ImageList, Upload } from '../../src/server/api/schemas.ts';
import { onOutcome, onSkipped, reconnects } from '../api/live.ts';
import { getDocument } from '../api/request.ts';

interface Waiting extends Upload {
  since: number;
  outcomeKnown: Promise<Image>;
  resolve: (image: Image) => void;
}

/** Uploads without a known outcome, by `nameOf`. */
const waiting = new Map<string, Waiting>();

const checkMs = 2_000;
/** The stream reports outcomes immediately; uploads that wait longer than this are looked up. */
const patienceMs = 6_000;
/** Looked up individually in one check. */
const maxLookups = 4;
/** Of the list of new rows, in one check. */
const maxPages = 50;

let timer: ReturnType<typeof setInterval> | undefined;
let stop = () => {};
let isChecking = false;
/** Whether the stream has left out rows since the last check. */
let hasMissed = false;

/**
 * Resolves when the upload's row is recorded. One stream and one timer serve all uploads, because
 * thousands may wait at the same time.
 */
export function waitForOutcome(
  upload: Upload,
  { mayExist }: { mayExist: boolean },
): Promise<Image> {
  const known = waiting.get(nameOf(upload));
  if (known) return known.outcomeKnown;
  if (waiting.size === 0) start();
  const { promise, resolve } = Promise.withResolvers<Image>();
  const entry = { ...upload, since: performance.now(), outcomeKnown: promise, resolve };
  waiting.set(nameOf(upload), entry);
  // The same content may have had a row before the upload; no event then follows.
  if (mayExist) void lookUp(entry);
  return promise;
}

function nameOf({ bucket, key, etag }: Record<'bucket' | 'key' | 'etag', string | null>): string {
  return JSON.stringify([bucket, key, etag]);
}

function take(image: Image): void {
  const name = nameOf(image.source);
  const found = waiting.get(name);
  if (!found) return;
  waiting.delete(name);
  found.resolve(image);
  if (waiting.size === 0) finish();
}

function start(): void {
  const stops = [
    onOutcome(take),
    onSkipped(() => {
      hasMissed = true;
    }),
    reconnects.subscribe(() => {
      hasMissed = true;
    }),
  ];
  // A signal calls a new subscriber.
  hasMissed = false;
  stop = () => {
    for (const each of stops) each();
  };
  timer = setInterval(() => void check(), checkMs);
}

function finish(): void {
  clearInterval(timer);
  stop();
}

/** Finds outcomes that the stream did not report. Failed requests are repeated by the next check. */
async function check(): Promise<void> {
  if (isChecking) return;
  isChecking = true;
  try {
    const late = [...waiting.values()].filter(
      ({ since }) => performance.now() - since > patienceMs,
    );
    if (hasMissed) await readNewRows();
    await Promise.all(late.filter(isWaiting).slice(0, maxLookups).map(lookUp));
  } finally {
    isChecking = false;
  }
}

function isWaiting(upload: Waiting): boolean {
  return waiting.has(nameOf(upload));
}

/** Reads all rows since the oldest of the uploads; its age does not depend on this computer's clock. */
async function readNewRows(): Promise<void> {
  const since = Math.min(...[...waiting.values()].map((upload) => upload.since));
  if (!Number.isFinite(since)) return;
  hasMissed = false;
  const age = Math.ceil((performance.now() - since) / 1e3) + 10;
  const query = new URLSearchParams({ since: `${age}s`, sort: 'oldest', limit: '200' });
  try {
    for (let page = 0; page < maxPages; page++) {
      const { images, next } = await getDocument<ImageList>(`/v1/images?${query}`);
      for (const image of images) take(image);
      if (next === null || waiting.size === 0) return;
      query.set('cursor', next);
    }
  } catch {
    hasMissed = true;
  }
}

async function lookUp(upload: Waiting): Promise<void> {
  try {
    const { images } = await getDocument<ImageList>(upload.outcome);
    if (images[0]) take(images[0]);
    // Others are looked up before it is again.
    else if (waiting.delete(nameOf(upload))) waiting.set(nameOf(upload), upload);
  } catch {
    // The next check tries again.
  }
}
