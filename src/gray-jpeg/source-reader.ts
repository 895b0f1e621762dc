import { heapOf, type JpegKernel } from './kernel.ts';

/** A file, of which a part is in the kernel’s heap. */
export interface SourceReader {
  kernel: JpegKernel;
  bytes: Uint8Array;
  /** The offsets of that part in the file. */
  start: number;
  end: number;
}

export function readerOf(kernel: JpegKernel, bytes: Uint8Array): SourceReader {
  return { kernel, bytes, start: 0, end: 0 };
}

/** Feeds the kernel with data from an offset in the file. Returns the offset of what follows them. */
export function feed(reader: SourceReader, at: number): number {
  const { bytes } = reader;
  if (at < reader.start || (at >= reader.end && at < bytes.length)) load(reader, at);
  const used = feedPart(reader, at);
  // What was loaded may end in the first byte of a marker.
  const isDone = used > 0 || reader.kernel.isStreamComplete();
  if (isDone || reader.end === bytes.length) return at + used;
  load(reader, at);
  return at + feedPart(reader, at);
}

function feedPart({ kernel, bytes, start, end }: SourceReader, at: number): number {
  const left = Math.max(0, end - at);
  return kernel.feed(kernel.source + at - start, left, end >= bytes.length ? 1 : 0);
}

function load(reader: SourceReader, at: number): void {
  const { kernel, bytes } = reader;
  reader.start = at;
  reader.end = Math.min(at + kernel.sourceBytes, bytes.length);
  heapOf(kernel).set(bytes.subarray(at, reader.end), kernel.source);
}
