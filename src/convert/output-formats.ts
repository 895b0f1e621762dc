interface FormatFacts {
  name: string;
  contentType: string;
  extensions: readonly string[];
  /** Most pixels on one side. */
  maxSide: number;
  hasAlpha: boolean;
  /** Gray can be stored as one channel; else it is three equal ones. */
  hasGray: boolean;
  hasQuality: boolean;
}

/** The formats that are written. */
export const outputFormats = {
  png: {
    name: 'PNG',
    contentType: 'image/png',
    extensions: ['png'],
    maxSide: 2 ** 31 - 1,
    hasAlpha: true,
    hasGray: true,
    hasQuality: false,
  },
  jpeg: {
    name: 'JPEG',
    contentType: 'image/jpeg',
    extensions: ['jpg', 'jpeg'],
    maxSide: 65_535,
    hasAlpha: false,
    hasGray: true,
    hasQuality: true,
  },
  webp: {
    name: 'WebP',
    contentType: 'image/webp',
    extensions: ['webp'],
    maxSide: 16_383,
    hasAlpha: true,
    hasGray: false,
    hasQuality: true,
  },
} as const satisfies Record<string, FormatFacts>;

export type OutputFormat = keyof typeof outputFormats;
