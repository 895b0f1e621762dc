import { randomBytes } from 'node:crypto';
import type { FoundObject, ObjectRef } from '../../pipeline/index.ts';
import type { ObjectFiles } from '../../storage/object-files.ts';
import { RequestError } from '../problems/problems.ts';

export type IfExists = 'error' | 'replace' | 'rename';

/** Then a random suffix is tried, so that a folder of equal names needs few requests. */
const maxNumber = 9;
/** Longer keys are rejected by stores. */
const maxKeyBytes = 1_024;

/** Objects that this server is about to create, so that its uploads do not replace one another. */
export type Reservations = Set<string>;

interface FreeKeyOptions {
  ifExists: IfExists;
  files: Pick<ObjectFiles, 'head'>;
  reserved: Reservations;
  /** Receives each existing object that keeps its key. */
  onExisting?: (ref: ObjectRef, found: FoundObject) => Promise<void>;
}

/**
 * Reserves the key under which to store an upload, and stores it: the requested key, or with
 * `rename` the first of `photo.jpg`, `photo-2.jpg`, … that does not exist. Throws `KEY_EXISTS`.
 */
export async function withFreeKey<Result>(
  ref: ObjectRef,
  options: FreeKeyOptions,
  store: (ref: ObjectRef) => Promise<Result>,
): Promise<Result> {
  const { ifExists, reserved } = options;
  if (ifExists === 'replace') return await store(ref);
  const keys = ifExists === 'error' ? [ref.key] : [ref.key, ...otherKeys(ref.key)];
  for (const key of keys) {
    if (Buffer.byteLength(key) > maxKeyBytes || reserved.has(key)) continue;
    reserved.add(key);
    try {
      const found = await options.files.head({ ...ref, key });
      if (!found) return await store({ ...ref, key });
      await options.onExisting?.({ ...ref, key }, found);
    } finally {
      reserved.delete(key);
    }
  }
  throw keyExistsError(ref);
}

/** Keys with a number or a random suffix before the extension. */
function* otherKeys(key: string): Generator<string> {
  const [, stem = key, extension = ''] = /^(.*[^/])(\.[^./]*)$/s.exec(key) ?? [];
  for (let number = 2; number <= maxNumber; number++) yield `${stem}-${number}${extension}`;
  yield `${stem}-${randomBytes(6).toString('hex')}${extension}`;
}

function keyExistsError({ bucket, key }: ObjectRef): RequestError {
  return new RequestError(
    'KEY_EXISTS',
    `Expected no object ${key} in the bucket ${bucket} but it exists or is being uploaded. Upload under another key, or set ifExists=rename or ifExists=replace.`,
  );
}

/** The error if another program stored an object after the key was checked. */
export function keyTakenError(ref: ObjectRef, ifExists: IfExists): RequestError {
  if (ifExists === 'error') return keyExistsError(ref);
  return new RequestError(
    'TRY_AGAIN',
    `Expected to store the image as ${ref.key} but another program created this object at the same time. Try again.`,
  );
}
