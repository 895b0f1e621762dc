import type { JpegComponent, JpegFrame, Quantizer } from './jpeg-frame.ts';
import { heapOf, type JpegKernel } from './kernel.ts';

/** How an image is turned: rows become columns first, if `isTransposed`; then it is mirrored. */
export interface Turn {
  isTransposed: boolean;
  mirrorsAcross: boolean;
  mirrorsDown: boolean;
}

/** Coefficients by row and column, as zigzag order lists them: ITU-T T.81, figure A.6. */
const zigzag = Array.from({ length: 64 }, (_, i) => ({ down: i >> 3, across: i & 7 })).sort(
  (a, b) => {
    const diagonal = a.down + a.across;
    const isUpward = diagonal % 2 === 0;
    const order = isUpward ? b.down - a.down : a.down - b.down;
    return diagonal - (b.down + b.across) || order;
  },
);
const indices = new Map(zigzag.map(({ down, across }, k) => [down * 8 + across, k]));

/** Only whole blocks can be mirrored, so the side must be a multiple of 8. */
export function canTurn({ width, height }: Pick<JpegFrame, 'width' | 'height'>, turn: Turn) {
  const { isTransposed, mirrorsAcross, mirrorsDown } = turn;
  const [mirrorsWidth, mirrorsHeight] = isTransposed
    ? [mirrorsDown, mirrorsAcross]
    : [mirrorsAcross, mirrorsDown];
  return !(mirrorsWidth && width % 8 > 0) && !(mirrorsHeight && height % 8 > 0);
}

/** The order in which stored blocks are written. */
export interface BlockWalk {
  across: number;
  down: number;
  /** The index of the first block of a row. */
  start(row: number): number;
  step: number;
}

export function walkOf(component: JpegComponent, turn: Turn | undefined): BlockWalk {
  const { blocksAcross, blocksDown, storedAcross } = component;
  if (!turn) {
    const start = (row: number) => row * storedAcross;
    return { across: blocksAcross, down: blocksDown, start, step: 1 };
  }
  const { isTransposed, mirrorsAcross, mirrorsDown } = turn;
  const [across, down] = isTransposed ? [blocksDown, blocksAcross] : [blocksAcross, blocksDown];
  const [acrossStep, downStep] = isTransposed ? [storedAcross, 1] : [1, storedAcross];
  const first =
    (mirrorsAcross ? (across - 1) * acrossStep : 0) + (mirrorsDown ? (down - 1) * downStep : 0);
  return {
    across,
    down,
    start: (row) => first + row * (mirrorsDown ? -downStep : downStep),
    step: mirrorsAcross ? -acrossStep : acrossStep,
  };
}

/** Gives the kernel the new place of each coefficient. Mirroring negates those of odd frequency. */
export function writeMoves(kernel: JpegKernel, turn: Turn): void {
  const heap = heapOf(kernel);
  for (const [k, place] of zigzag.entries()) {
    const { across, down } = turnedPlace(place, turn);
    const isNegative =
      (turn.mirrorsAcross && across % 2 === 1) !== (turn.mirrorsDown && down % 2 === 1);
    heap[kernel.moves + 2 * k] = indices.get(down * 8 + across) as number;
    heap[kernel.moves + 2 * k + 1] = isNegative ? 1 : 0;
  }
}

export function turnedQuantizer(quantizer: Quantizer, turn: Turn | undefined): Quantizer {
  if (!turn) return quantizer;
  const turned = [...quantizer];
  for (const [k, place] of zigzag.entries()) {
    const { across, down } = turnedPlace(place, turn);
    turned[indices.get(down * 8 + across) as number] = quantizer[k] as number;
  }
  return turned;
}

function turnedPlace(place: { down: number; across: number }, { isTransposed }: Turn) {
  return isTransposed ? { down: place.across, across: place.down } : place;
}
