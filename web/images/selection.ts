import { signal } from '@preact/signals';
import type { Image } from '../../src/server/api/schemas.ts';

/** The selected rows of a list, by id. */
export function createSelection() {
  const images = signal<ReadonlyMap<string, Image>>(new Map());
  /** From which a range extends. */
  let anchor = 0;

  function set(changed: readonly Image[], isSelected: boolean): void {
    const next = new Map(images.value);
    for (const image of changed) {
      if (isSelected) next.set(image.id, image);
      else next.delete(image.id);
    }
    images.value = next;
  }

  return {
    images,
    has: (id: string) => images.value.has(id),
    toggle(list: readonly Image[], row: number) {
      const image = list[row];
      if (!image) return;
      anchor = row;
      set([image], !images.value.has(image.id));
    },
    /** Selects all rows from the last one that was toggled. */
    extendTo(list: readonly Image[], row: number) {
      set(list.slice(Math.min(anchor, row), Math.max(anchor, row) + 1), true);
    },
    /** Without a range, extending starts here. */
    moveAnchor(row: number) {
      anchor = row;
    },
    setAll: set,
    /** Ends the selection of deleted rows. */
    remove(ids: ReadonlySet<string>) {
      images.value = new Map([...images.value].filter(([id]) => !ids.has(id)));
    },
    clear() {
      images.value = new Map();
    },
  };
}

export type Selection = ReturnType<typeof createSelection>;
