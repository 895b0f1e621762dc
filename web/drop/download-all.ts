import type { Image } from '../../src/server/api/schemas.ts';
import { send } from '../api/request.ts';

/** Packs the gray files into one ZIP and starts its download. Throws the same errors as `send`. */
export async function downloadAll(
  images: readonly Image[],
  onProgress: (done: number) => void,
): Promise<void> {
  const { Zip, ZipPassThrough } = await import('fflate');
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const names = new Set<string>();
  const zip = new Zip((error, part) => {
    if (error) throw error;
    parts.push(new Uint8Array(part));
  });
  for (const [at, { output, links }] of newestOfEach(images).entries()) {
    if (output === null || links.gray === null) continue;
    const response = await send(links.gray);
    // Images are already compressed.
    const named = nameIn(response, output.key);
    // The outputs of a.jpg and a.webp are both named a.png.
    const name = names.has(named) ? output.key + named.slice(named.lastIndexOf('.')) : named;
    names.add(name);
    const file = new ZipPassThrough(name);
    zip.add(file);
    file.push(new Uint8Array(await response.arrayBuffer()), true);
    onProgress(at + 1);
  }
  zip.end();
  offer(new Blob(parts, { type: 'application/zip' }), 'grayscale.zip');
}

/** The server names a file by its format; the ZIP keeps its folder. */
function nameIn(response: Response, key: string): string {
  const disposition = response.headers.get('content-disposition') ?? '';
  const [, name] = /filename\*=UTF-8''(\S+)/.exec(disposition) ?? [];
  if (name === undefined) return key;
  return key.slice(0, key.lastIndexOf('/') + 1) + decodeURIComponent(name);
}

/** A file that was dropped twice has one output. */
function newestOfEach(images: readonly Image[]): Image[] {
  return [...new Map(images.toReversed().map((image) => [image.output?.key, image])).values()];
}

function offer(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // By then the browser has started to save the file.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
