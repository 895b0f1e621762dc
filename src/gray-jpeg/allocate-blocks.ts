import type { JpegComponent, JpegFrame } from './jpeg-frame.ts';
import { clearHeap, type JpegKernel } from './kernel.ts';

interface BlockOptions {
  /** The coefficients that are kept of a component; a progressive file keeps all blocks of it. */
  keeps?(component: JpegComponent): JpegComponent['keeps'] | undefined;
  /** Where free memory begins. */
  start?: number;
}

const [markBytes, coefficientBytes, symbolBytes] = [8, 128, 256];

/**
 * Allocates what is kept of each block: for later scans a bit for each coefficient, whether it is not
 * zero, and the coefficients themselves if the caller needs them.
 */
export function allocateBlocks(
  kernel: JpegKernel,
  { components, isProgressive }: JpegFrame,
  { keeps = () => undefined, start = kernel.heapStart }: BlockOptions = {},
): void {
  let end = start;
  for (const component of components) {
    const kept = keeps(component);
    if (!kept && !isProgressive) continue;
    component.keeps = isProgressive ? 'all' : (kept ?? 'all');
    const down = component.keeps === 'all' ? component.storedDown : component.vertical;
    const blocks = component.storedAcross * down;
    component.marks = end;
    end += blocks * markBytes;
    if (!kept) continue;
    component.coefficients = end;
    // Of a row, symbols are kept: assembly/sequential.ts.
    end += blocks * (component.keeps === 'all' ? coefficientBytes : symbolBytes);
  }
  if (end > start) clearHeap(kernel, start, end);
}
