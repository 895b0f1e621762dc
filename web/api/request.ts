import type { Problem } from '../../src/server/api/schemas.ts';

/** The server responded with an error. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly status: number;

  constructor({ detail, code, status }: Pick<Problem, 'detail' | 'code' | 'status'>) {
    super(detail);
    this.code = code;
    this.status = status;
  }

  /** Whether the server is too busy, and the same request may succeed later. */
  get isBusy(): boolean {
    return this.status === 429 || this.status === 503;
  }
}

/** No response arrived; the request may be repeated later. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';

  constructor() {
    super('The server is not responding.');
  }
}

/** Sends a request to the API. Throws `ApiError` and `UnreachableError`. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new UnreachableError();
  }
  if (response.ok) return response;
  throw toApiError(response.status, await response.text());
}

/** Gets a JSON document from the API. */
export async function getDocument<Document>(path: string, init?: RequestInit): Promise<Document> {
  const response = await send(path, init);
  return (await response.json()) as Document;
}

/** Reads the problem document of an error response. Proxies may send anything instead. */
export function toApiError(status: number, body: string): ApiError {
  try {
    const { detail, code } = JSON.parse(body) as Partial<Problem>;
    if (detail !== undefined) return new ApiError({ detail, code: code ?? '', status });
  } catch {
    // Not a problem document.
  }
  const detail = `The server returned status ${status}. Try again; the server log may show the reason.`;
  return new ApiError({ detail, code: '', status });
}

/** The message to show for any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
