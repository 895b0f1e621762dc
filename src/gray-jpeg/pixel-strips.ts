import type { JpegComponent, JpegFrame } from './jpeg-frame.ts';
import { growHeap, heapOf, type JpegKernel } from './kernel.ts';

/** Rows of pixels that are made from a row of MCUs. */
export interface PixelStrips {
  count: number;
  channels: 1 | 3;
  planes: SamplePlane[];
  /** The end of the memory that they take in the kernel’s heap. */
  end: number;
  /** The rows that are complete when a strip has its samples; valid until the next strip. */
  rowsOf(strip: number): { pixels: Uint8Array; rows: number };
}

/** The samples of a component in a strip. */
export interface SamplePlane {
  component: JpegComponent;
  /** Rows of blocks in a strip. */
  blockRows: number;
  /** The address of the first row; before it is the last row of the strip above. */
  at: number;
  stride: number;
}

/** Space for whole vectors after a row and after a buffer. */
const slack = 64;

/** Allocates the strips of an image at the start of the kernel’s heap. */
export function allocateStrips(kernel: JpegKernel, frame: JpegFrame): PixelStrips {
  const { width, height, components } = frame;
  const channels = components.length === 1 ? 1 : 3;
  let end = kernel.heapStart;
  const take = (bytes: number) => {
    const at = end;
    end += roundUp(bytes + slack);
    return at;
  };
  const planes = components.map((component): SamplePlane => {
    // The only component has no MCUs of several blocks.
    const blockRows = channels === 1 ? 1 : component.vertical;
    const stride = roundUp(component.storedAcross * 8 + slack);
    return { component, blockRows, stride, at: take((1 + blockRows * 8) * stride) + stride };
  });
  const [luma, blue, red] = planes as [SamplePlane, SamplePlane?, SamplePlane?];
  const stripRows = luma.blockRows * 8;
  const isTall = luma.blockRows === 2;
  const scratch = blue ? take(2 * blue.stride + 2 * luma.stride + 2 * slack) : 0;
  // One more row, which the strip above could not complete.
  const output = take((stripRows + 1) * width * channels);
  growHeap(kernel, end);
  kernel.beginRows(width, channels, luma.at, luma.stride, output);
  if (blue && red) {
    const isWide = luma.component.horizontal === 2;
    const columns = isWide ? Math.ceil(width / 2) : width;
    const rows = isTall ? Math.ceil(height / 2) : height;
    kernel.setChroma(blue.at, red.at, blue.stride, columns, rows, isWide, isTall, scratch);
  }
  const count = Math.ceil(height / stripRows);
  const rowsOf = (strip: number) => {
    const top = strip * stripRows;
    // The last row also depends on the chroma below it.
    const first = isTall ? Math.max(0, top - 1) : top;
    const last = strip === count - 1 ? height : top + stripRows - (isTall ? 1 : 0);
    kernel.putRows(first, last, top);
    if (isTall) kernel.keepLastRows(stripRows);
    const rows = last - first;
    return { rows, pixels: heapOf(kernel).subarray(output, output + rows * width * channels) };
  };
  return { count, channels, planes, end, rowsOf };
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}
