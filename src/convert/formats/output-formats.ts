export interface FormatFacts {
  name: string;
  contentType: string;
  extensions: readonly string[];
  /** Most pixels on one side of a frame. */
  maxSide: number;
  /** `binary`: a pixel is there or not. */
  alpha: 'none' | 'binary' | 'full';
  /** Gray can be stored as one channel; else it is three equal ones. */
  hasGray: boolean;
  /** Most bits a sample. */
  maxDepth: 8 | 16;
  /** Frames or pages after the first. */
  hasFrames: boolean;
  /** How long a frame is shown, and how often all are. */
  hasTiming: boolean;
  hasQuality: boolean;
  /** Lossy formats that can do without loss. */
  hasLossless: boolean;
  /** Least and most that sharp takes. */
  effort?: readonly [min: number, max: number];
  hasCompressionLevel: boolean;
}

const plain = {
  alpha: 'full',
  hasGray: true,
  maxDepth: 8,
  hasFrames: false,
  hasTiming: false,
  hasQuality: false,
  hasLossless: false,
  hasCompressionLevel: false,
} as const;

/** The formats that are written. */
export const outputFormats = {
  png: {
    ...plain,
    name: 'PNG',
    contentType: 'image/png',
    extensions: ['png'],
    maxSide: 2 ** 31 - 1,
    maxDepth: 16,
    hasCompressionLevel: true,
  },
  jpeg: {
    ...plain,
    name: 'JPEG',
    contentType: 'image/jpeg',
    extensions: ['jpg', 'jpeg'],
    // The format could say 65,535, but libjpeg stops here.
    maxSide: 65_500,
    alpha: 'none',
    hasQuality: true,
  },
  webp: {
    ...plain,
    name: 'WebP',
    contentType: 'image/webp',
    extensions: ['webp'],
    maxSide: 16_383,
    hasGray: false,
    hasFrames: true,
    hasTiming: true,
    hasQuality: true,
    hasLossless: true,
    effort: [0, 6],
  },
  avif: {
    ...plain,
    name: 'AVIF',
    contentType: 'image/avif',
    extensions: ['avif'],
    maxSide: 16_384,
    hasGray: false,
    hasQuality: true,
    hasLossless: true,
    effort: [0, 9],
  },
  tiff: {
    ...plain,
    name: 'TIFF',
    contentType: 'image/tiff',
    extensions: ['tif', 'tiff'],
    maxSide: 2 ** 31 - 1,
    maxDepth: 16,
    hasFrames: true,
  },
  gif: {
    ...plain,
    name: 'GIF',
    contentType: 'image/gif',
    extensions: ['gif'],
    maxSide: 65_535,
    alpha: 'binary',
    hasFrames: true,
    hasTiming: true,
  },
} as const satisfies Record<string, FormatFacts>;

export type OutputFormat = keyof typeof outputFormats;
