import { RequestError } from '../problems/problems.ts';

/**
 * Rejects a form that contains the file, as `curl -F` sends it: the form itself would be read as an
 * image, and stored as one. Throws `UNSUPPORTED_MEDIA_TYPE`.
 */
export function expectFile(request: Request): void {
  reject(request, ['multipart/form-data'], 'the bytes of one image as the body', 'curl -T FILE');
}

/** Rejects bodies that are not the fields of a form. Throws `UNSUPPORTED_MEDIA_TYPE`. */
export function expectFields(request: Request): void {
  const types = ['multipart/form-data', 'application/json'];
  reject(request, types, 'application/x-www-form-urlencoded', 'curl -d ids=1,2,3');
}

function reject(request: Request, types: string[], expected: string, example: string): void {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (!types.includes(type)) return;
  throw new RequestError(
    'UNSUPPORTED_MEDIA_TYPE',
    `Expected ${expected} but received ${type}. Send it as \`${example}\` does.`,
  );
}
