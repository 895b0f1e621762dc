import { hasText } from './bytes.ts';
import { fileBrand } from './file-brand.ts';

interface InputFormatFacts {
  name: string;
  contentType: string;
  extensions: readonly string[];
  /** Whether bytes begin as this format does. Names are not asked: anyone can rename a file. */
  matches(bytes: Uint8Array): boolean;
}

/** The formats that are read. */
export const inputFormats = {
  jpeg: {
    name: 'JPEG',
    contentType: 'image/jpeg',
    extensions: ['jpg', 'jpeg', 'jpe', 'jfif'],
    matches: (bytes) => hasText(bytes, '\xff\xd8\xff'),
  },
  png: {
    name: 'PNG',
    contentType: 'image/png',
    extensions: ['png'],
    matches: (bytes) => hasText(bytes, '\x89PNG\r\n\x1a\n'),
  },
  webp: {
    name: 'WebP',
    contentType: 'image/webp',
    extensions: ['webp'],
    matches: (bytes) => hasText(bytes, 'RIFF') && hasText(bytes, 'WEBP', 8),
  },
  gif: {
    name: 'GIF',
    contentType: 'image/gif',
    extensions: ['gif'],
    matches: (bytes) => hasText(bytes, 'GIF87a') || hasText(bytes, 'GIF89a'),
  },
  tiff: {
    name: 'TIFF',
    contentType: 'image/tiff',
    extensions: ['tif', 'tiff'],
    // Either byte order; 42 is TIFF, 43 is BigTIFF.
    matches: (bytes) => ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].some((start) => hasText(bytes, start)),
  },
  avif: {
    name: 'AVIF',
    contentType: 'image/avif',
    extensions: ['avif'],
    matches: (bytes) => fileBrand(bytes) === 'AVIF',
  },
} as const satisfies Record<string, InputFormatFacts>;

export type InputFormat = keyof typeof inputFormats;

/** Which of {@link inputFormats} the content is, if any. */
export function inputFormatOf(bytes: Uint8Array): InputFormat | undefined {
  return (Object.keys(inputFormats) as InputFormat[]).find((format) =>
    inputFormats[format].matches(bytes),
  );
}
