export interface FormatFacts {
  name: string;
  contentType: string;
  extensions: readonly string[];
  /** Maximum pixels per side of a frame. */
  maxSide: number;
  /** `binary`: each pixel is fully transparent or fully opaque. */
  alpha: 'none' | 'binary' | 'full';
  /** Gray is stored as one channel; otherwise as three equal ones. */
  hasGray: boolean;
  /** Maximum bits per sample. */
  maxDepth: 8 | 16;
  /** Also holds gray of 1, 2 and 4 bits per sample. */
  hasFewGrays: boolean;
  /** Supports more than one frame or page. */
  hasFrames: boolean;
  /** Supports frame durations and a loop count. */
  hasTiming: boolean;
  hasQuality: boolean;
  /** A lossy format with a lossless mode. */
  hasLossless: boolean;
  /** The range that sharp accepts. */
  effort?: readonly [min: number, max: number];
  hasCompressionLevel: boolean;
  /** Can say who made the image. */
  hasCopyright: boolean;
}

const plain = {
  alpha: 'full',
  hasGray: true,
  maxDepth: 8,
  hasFewGrays: false,
  hasFrames: false,
  hasTiming: false,
  hasQuality: false,
  hasLossless: false,
  hasCompressionLevel: false,
  hasCopyright: true,
} as const;

/** The supported output formats. */
export const outputFormats = {
  png: {
    ...plain,
    name: 'PNG',
    contentType: 'image/png',
    extensions: ['png'],
    maxSide: 2 ** 31 - 1,
    maxDepth: 16,
    hasFewGrays: true,
    hasCompressionLevel: true,
  },
  jpeg: {
    ...plain,
    name: 'JPEG',
    contentType: 'image/jpeg',
    extensions: ['jpg', 'jpeg'],
    // The format allows 65,535, but libjpeg does not.
    maxSide: 65_500,
    alpha: 'none',
    hasQuality: true,
    hasLossless: true,
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
    hasCopyright: false,
  },
  tiff: {
    ...plain,
    name: 'TIFF',
    contentType: 'image/tiff',
    extensions: ['tif', 'tiff'],
    maxSide: 2 ** 31 - 1,
    maxDepth: 16,
    hasFewGrays: true,
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
    hasCopyright: false,
  },
} as const satisfies Record<string, FormatFacts>;

export type OutputFormat = keyof typeof outputFormats;
