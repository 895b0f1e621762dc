import type { Image, ImageList, RemovedList, RetriedList } from '../../src/server/api/schemas.ts';
import { getDocument } from '../api/request.ts';

/** What a bulk action has done so far. */
export interface BulkResult {
  done: number;
  /** Numbers of images by outcome, for example `converted`. */
  counts: Record<string, number>;
  /** Reasons why images were left out, without repetitions. */
  problems: string[];
}

interface BulkOptions {
  signal: AbortSignal;
  onProgress: (result: BulkResult) => void;
}

type Pages = AsyncIterable<readonly Image[]> | Iterable<readonly Image[]>;
type Outcome = { name: string; problem?: string };

/** Small, so that the progress is visible and a stop is quick. */
const idsPerRequest = 25;

/** Converts images again; the outcomes are `converted`, `failed`, `skipped`, `queued`, … */
export function retryImages(pages: Pages, options: BulkOptions) {
  return forEachGroup(pages, options, async (ids) => {
    const { results } = await post<RetriedList>('/v1/images/retry', { ids });
    return results.map(({ action, key, status, reason }): Outcome => {
      if (action === 'queued') return { name: 'queued' };
      if (status !== null) return { name: status };
      return { name: 'not retried', problem: `${key ?? ''} ${reason ?? ''}`.trim() };
    });
  });
}

/** Deletes images; `onRemoved` receives the ids of the deleted rows. */
export function deleteImages(
  images: readonly Image[],
  {
    withSource,
    onRemoved,
    ...options
  }: BulkOptions & { withSource: boolean; onRemoved: (ids: ReadonlySet<string>) => void },
) {
  return forEachGroup([images], options, async (ids) => {
    const fields = { ids, ...(withSource && { source: 'true' }) };
    const { results } = await post<RemovedList>('/v1/images/delete', fields);
    onRemoved(new Set(results.flatMap(({ id, problem }) => (problem === null ? id : []))));
    return results.map(
      ({ problem }): Outcome =>
        problem === null ? { name: 'deleted' } : { name: 'not deleted', problem },
    );
  });
}

/** The rows that match a query of the list, newest first: rows that are written meanwhile are left out. */
export async function* listAll(
  query: string,
  signal: AbortSignal,
): AsyncGenerator<readonly Image[], void, undefined> {
  const parameters = new URLSearchParams(query);
  parameters.set('sort', 'newest');
  parameters.set('limit', '200');
  for (;;) {
    const page = await getDocument<ImageList>(`/v1/images?${parameters}`, { signal });
    yield page.images;
    if (page.next === null) return;
    parameters.set('cursor', page.next);
  }
}

async function forEachGroup(
  pages: Pages,
  { signal, onProgress }: BulkOptions,
  act: (ids: string) => Promise<Outcome[]>,
): Promise<BulkResult> {
  let result: BulkResult = { done: 0, counts: {}, problems: [] };
  for await (const images of pages) {
    for (let from = 0; from < images.length && !signal.aborted; from += idsPerRequest) {
      const group = images.slice(from, from + idsPerRequest).map(({ id }) => id);
      // A request that was sent is not abandoned: its result would be unknown.
      result = added(result, await act(group.join(',')));
      onProgress(result);
    }
    if (signal.aborted) break;
  }
  return result;
}

function added({ done, counts, problems }: BulkResult, outcomes: Outcome[]): BulkResult {
  const next = { ...counts };
  for (const { name } of outcomes) next[name] = (next[name] ?? 0) + 1;
  const reasons = outcomes.flatMap(({ problem }) => problem ?? []);
  return {
    done: done + outcomes.length,
    counts: next,
    problems: [...new Set([...problems, ...reasons])].slice(0, 5),
  };
}

function post<Document>(path: string, fields: Record<string, string>): Promise<Document> {
  return getDocument<Document>(path, { method: 'POST', body: new URLSearchParams(fields) });
}
