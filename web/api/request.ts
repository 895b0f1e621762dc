import type { Problem } from '../../src/server/api/schemas.ts';

/** The server responded with an error. */
class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: string;
  readonly status: number;

  constructor({ detail, code, status }: Pick<Problem, 'detail' | 'code' | 'status'>) {
    super(detail);
    this.code = code;
    this.status = status;
  }
}

/** No response arrived; the request may be repeated later. */
export class AwayError extends Error {
  override readonly name = 'AwayError';

  constructor() {
    super('The server does not answer.');
  }
}

/** Sends a request to the API. Throws `RefusedError` and `AwayError`. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new AwayError();
  }
  if (response.ok) return response;
  throw refusalOf(response.status, await response.text());
}

/** Gets a JSON document from the API. */
export async function getDocument<Document>(path: string, init?: RequestInit): Promise<Document> {
  const response = await send(path, init);
  return (await response.json()) as Document;
}

/** Reads the problem document of an error response. Proxies may send anything instead. */
export function refusalOf(status: number, body: string): RefusedError {
  try {
    const { detail, code } = JSON.parse(body) as Partial<Problem>;
    if (detail !== undefined) return new RefusedError({ detail, code: code ?? '', status });
  } catch {
    // Not a problem document.
  }
  const detail = `The server answered ${status}. Try again; its log may say more.`;
  return new RefusedError({ detail, code: '', status });
}

/** The message to show for any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
