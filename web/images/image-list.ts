import { batch, signal } from '@preact/signals';
import type { Image, ImageList } from '../../src/server/api/schemas.ts';
import { getDocument, messageOf } from '../api/request.ts';
import { type Filter, matchesFilter, queryOf } from './filter.ts';

const pageSize = 200;

/** The loaded rows that match a filter, and rows recorded since then. */
export function createImageList(filter: Filter) {
  const images = signal<readonly Image[]>([]);
  const state = signal<'loading' | 'ready' | 'failed'>('loading');
  const problem = signal('');
  /** Rows recorded since then, held until the user shows them. */
  const newImages = signal<readonly Image[]>([]);
  /** The number of rows that came too fast to be sent individually. */
  const skippedCount = signal(0);
  let next: string | null | undefined;
  let loading = new AbortController();
  const query = queryOf(filter);

  async function load(cursor: string | undefined) {
    const { signal } = loading;
    state.value = 'loading';
    const parameters = new URLSearchParams(query);
    parameters.set('limit', String(pageSize));
    if (cursor !== undefined) parameters.set('cursor', cursor);
    try {
      const page = await getDocument<ImageList>(`/v1/images?${parameters}`, { signal });
      batch(() => {
        const before = cursor === undefined ? [] : images.value;
        images.value = withoutDuplicates([...before, ...page.images]);
        next = page.next;
        state.value = 'ready';
      });
    } catch (error) {
      if (signal.aborted) return;
      problem.value = messageOf(error);
      state.value = 'failed';
    }
  }

  return {
    images,
    state,
    problem,
    newImages,
    skippedCount,
    get hasMore() {
      return next !== null;
    },
    /** Reloads from the top. */
    reload() {
      loading.abort();
      loading = new AbortController();
      batch(() => {
        newImages.value = [];
        skippedCount.value = 0;
      });
      return load(undefined);
    },
    async more() {
      if (state.value === 'ready' && next) await load(next);
    },
    /** Adds a recorded row: a listed row is updated in place, others are held. */
    take(image: Image) {
      const isShown = images.value.some(({ id }) => id === image.id);
      if (isShown) images.value = images.value.map((old) => (old.id === image.id ? image : old));
      else if (!matchesFilter(filter, image)) return;
      // The very first row is shown immediately.
      else if (images.value.length === 0) images.value = [image];
      else newImages.value = withoutDuplicates([image, ...newImages.value]);
    },
    /** Moves the held rows to the top. */
    showNew() {
      if (newImages.value.length === 0) return;
      batch(() => {
        images.value = withoutDuplicates([...newImages.value, ...images.value]);
        newImages.value = [];
      });
    },
    /** Whether new rows belong at the top. */
    isNewest: filter.sort === 'newest',
    remove(ids: ReadonlySet<string>) {
      images.value = images.value.filter(({ id }) => !ids.has(id));
    },
    close() {
      loading.abort();
    },
  };
}

export type ImageListing = ReturnType<typeof createImageList>;

/** A row that changes between two page loads is in both pages; the first copy is newer. */
function withoutDuplicates(images: readonly Image[]): Image[] {
  const seen = new Set<string>();
  return images.filter(({ id }) => !seen.has(id) && seen.add(id));
}
