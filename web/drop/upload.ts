import type { Image, ImageList, Upload } from '../../src/server/api/schemas.ts';
import { onOutcome } from '../api/live.ts';
import { getDocument, toApiError, UnreachableError } from '../api/request.ts';
import type { NamedFile } from './dropped-files.ts';

type IfExists = 'error' | 'replace' | 'rename';

/**
 * Uploads a file to the bucket; `fetch` would not report the progress. Throws the same errors as
 * `send`.
 */
export function uploadFile(
  { file, key }: NamedFile,
  ifExists: IfExists,
  onProgress: (share: number) => void,
): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/v1/uploads?${new URLSearchParams({ key, ifExists })}`);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onerror = () => reject(new UnreachableError());
    request.onload = () => {
      const { status, responseText } = request;
      if (status === 202) resolve(JSON.parse(responseText) as Upload);
      else reject(toApiError(status, responseText));
    };
    request.send(file);
  });
}

/** The stream reports outcomes immediately; polling the list covers events that it misses. */
const pollMs = 2_000;

/** Resolves when the upload's row is recorded. */
export function waitForOutcome(upload: Upload): Promise<Image> {
  return new Promise((resolve) => {
    const finish = (image: Image | undefined) => {
      if (!image) return;
      stop();
      clearInterval(timer);
      resolve(image);
    };
    const poll = () =>
      getDocument<ImageList>(upload.outcome).then(
        ({ images }) => finish(images[0]),
        // The next poll tries again.
        () => {},
      );
    const stop = onOutcome((image) => {
      const { bucket, key, etag } = image.source;
      const isSameContent = bucket === upload.bucket && key === upload.key && etag === upload.etag;
      if (isSameContent) finish(image);
    });
    const timer = setInterval(poll, pollMs);
    void poll();
  });
}
