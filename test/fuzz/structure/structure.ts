/** A number in a file: a length, a count, a size, an offset, a kind. */
export interface NumberField {
  at: number;
  /** Bytes; `text`: digits of this many bytes. */
  size: 1 | 2 | 3 | 4 | 8;
  order: 'little' | 'big' | 'text';
  /** It is the width or the height of the picture. */
  isSide?: true;
}

/** From where up to, but without, where. */
export interface Part {
  start: number;
  end: number;
}

/** What a mutation can work on besides bytes: found by walking the file as far as it makes sense. */
export interface Structure {
  /** Chunks, boxes, segments, blocks: what can be dropped, repeated, moved or put inside another. */
  parts: Part[];
  numbers: NumberField[];
}
