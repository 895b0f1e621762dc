import { send } from '../api/request.ts';

/** The options of a conversion that the page offers; an empty one is the server's. */
export interface RecipeChoice {
  method: string;
  format: string;
  quality: string;
  lossless: string;
  depth: string;
  dither: string;
  alpha: string;
}

/** An image that the server converted without storing it. */
export interface GrayFile {
  blob: Blob;
  /** Valid only in this browser, until it is revoked. */
  url: string;
  format: string;
  width: number;
  height: number;
  depth: number;
  losses: string;
  /** Time of the conversion, without waiting. */
  workMs: number;
}

/** Converts a file without storing it. Throws the same errors as `send`. */
export async function convertImage(
  image: Blob,
  choice: Partial<RecipeChoice>,
  signal?: AbortSignal,
): Promise<GrayFile> {
  const chosen = Object.entries(choice).filter(([, value]) => value !== '');
  const init = { method: 'POST', body: image, ...(signal && { signal }) };
  const response = await send(`/v1/convert?${new URLSearchParams(chosen)}`, init);
  const { headers } = response;
  const blob = await response.blob();
  return {
    blob,
    url: URL.createObjectURL(blob),
    format: headers.get('x-image-format') ?? '',
    width: Number(headers.get('x-image-width')),
    height: Number(headers.get('x-image-height')),
    depth: Number(headers.get('x-image-depth')),
    losses: headers.get('x-image-losses') ?? '',
    workMs: workMsOf(headers.get('server-timing') ?? ''),
  };
}

/** The name under which a gray file is saved: `photo.png`, or `photo.red.png`. */
export function grayFileName(name: string, format: string, method?: string): string {
  const file = name.slice(name.lastIndexOf('/') + 1);
  const stem = file.includes('.') ? file.slice(0, file.lastIndexOf('.')) : file;
  const extension = { jpeg: 'jpg', tiff: 'tif' }[format] ?? format;
  return [stem, ...(method ? [method] : []), extension].join('.');
}

const workStages = ['decode', 'gray', 'encode'];

/** Sums the work stages of `decode;dur=31.9, gray;dur=2.2`, without the waiting time. */
function workMsOf(serverTiming: string): number {
  return serverTiming
    .split(',')
    .map((part) => part.trim().split(';dur='))
    .filter(([stage]) => workStages.includes(stage ?? ''))
    .reduce((sum, [, ms]) => sum + Number(ms), 0);
}
