import type { Upload } from '../../src/server/api/schemas.ts';
import { toApiError, UnreachableError } from '../api/request.ts';
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
