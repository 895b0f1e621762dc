/** A number in a file: a length, a count, a size, an offset, a kind. */
export interface NumberField {
  at: number;
  /** Size in bytes; with `text`, that many digits. */
  size: 1 | 2 | 3 | 4 | 8;
  order: 'little' | 'big' | 'text';
  /** Whether it is the width or the height of the image. */
  isSide?: true;
}

/** From the first offset up to, but excluding, the second. */
export interface Part {
  start: number;
  end: number;
}

/** The parts of a file that mutations use, found by parsing it as far as it is valid. */
export interface Structure {
  /** Chunks, boxes, segments, blocks: parts that can be dropped, repeated, moved or nested. */
  parts: Part[];
  numbers: NumberField[];
}
