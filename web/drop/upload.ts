import type { Image, ImageList, Upload } from '../../src/server/api/schemas.ts';
import { onOutcome } from '../api/live.ts';
import { AwayError, getDocument, refusalOf } from '../api/request.ts';
import type { NamedFile } from './dropped-files.ts';

/** Sends a file to the bucket; `fetch` would not tell how far it is. Throws as `send` does. */
export function uploadFile(
  { file, key }: NamedFile,
  onProgress: (share: number) => void,
): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/v1/uploads?${new URLSearchParams({ key })}`);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onerror = () => reject(new AwayError());
    request.onload = () => {
      const { status, responseText } = request;
      if (status === 202) resolve(JSON.parse(responseText) as Upload);
      else reject(refusalOf(status, responseText));
    };
    request.send(file);
  });
}

/** The stream tells at once; the list is looked at in case that it does not. */
const pollMs = 2_000;

/** Settles when the row of an upload is there. */
export function outcomeOf(upload: Upload): Promise<Image> {
  return new Promise((resolve) => {
    const finish = (image: Image | undefined) => {
      if (!image) return;
      stop();
      clearInterval(poll);
      resolve(image);
    };
    const look = () =>
      getDocument<ImageList>(upload.outcome).then(
        ({ images }) => finish(images[0]),
        // Asked again soon.
        () => {},
      );
    const stop = onOutcome((image) => {
      const { bucket, key, etag } = image.source;
      const isIt = bucket === upload.bucket && key === upload.key && etag === upload.etag;
      if (isIt) finish(image);
    });
    const poll = setInterval(look, pollMs);
    void look();
  });
}
