// The filters of PNG: https://www.w3.org/TR/png-3/#9Filters

/** In order of preference among equals: the fastest to decode first. */
export const filterNumbers = { none: 0, up: 2, sub: 1, average: 3, paeth: 4 } as const;

export interface RowAt {
  row: number;
  above: number;
  bytes: number;
  /** Distance in bytes to the pixel on the left. */
  step: number;
}

type Guess = (left: number, above: number, corner: number) => number;

const guesses: Record<number, Guess> = {
  0: () => 0,
  1: (left) => left,
  2: (_, above) => above,
  3: (left, above) => (left + above) >> 1,
  4: paeth,
};

function paeth(left: number, above: number, corner: number): number {
  const byLeft = Math.abs(above - corner);
  const byAbove = Math.abs(left - corner);
  const byCorner = Math.abs(left + above - 2 * corner);
  if (byLeft <= byAbove && byLeft <= byCorner) return left;
  return byAbove <= byCorner ? above : corner;
}

/** The filter whose bytes, read as signed, have the smallest sum of absolute values. */
export function bestFilter(heap: Uint8Array, at: RowAt): number {
  let best: number = filterNumbers.none;
  let smallest = Number.POSITIVE_INFINITY;
  for (const filter of Object.values(filterNumbers)) {
    const sum = sumOf(heap, filter, at);
    if (sum < smallest) [best, smallest] = [filter, sum];
  }
  return best;
}

function sumOf(heap: Uint8Array, filter: number, { row, above, bytes, step }: RowAt): number {
  const guess = guesses[filter] as Guess;
  let sum = 0;
  for (let x = 0; x < bytes; x++) {
    const guessed = guess(
      at(heap, row + x - step),
      at(heap, above + x),
      at(heap, above + x - step),
    );
    const byte = (at(heap, row + x) - guessed) & 255;
    sum += byte < 128 ? byte : 256 - byte;
  }
  return sum;
}

export function filterRow(
  heap: Uint8Array,
  filter: number,
  { row, above, bytes, step, into }: RowAt & { into: number },
): void {
  const guess = guesses[filter] as Guess;
  for (let x = 0; x < bytes; x++) {
    const guessed = guess(
      at(heap, row + x - step),
      at(heap, above + x),
      at(heap, above + x - step),
    );
    heap[into + x] = at(heap, row + x) - guessed;
  }
}

function at(heap: Uint8Array, address: number): number {
  return heap[address] as number;
}
