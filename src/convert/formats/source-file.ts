import type { Copyright } from '../copyright/copyright.ts';
import type { ExtraSamples } from '../decode/extra-samples.ts';
import type { OwnDecoder } from '../decode/own-decoders.ts';
import type { Resolution } from '../resolution/resolution.ts';
import type { InputFormat } from './input-formats.ts';
import type { StatedColours } from './stated-colours.ts';

/** What a file’s header says about its image. */
export interface SourceImage {
  format: InputFormat;
  sizeBytes: number;
  /** As stored: an orientation of 5 to 8 swaps width and height. */
  width: number;
  height: number;
  /** Including alpha. */
  channels: number;
  /** Bits per sample as stored; bits per index if there is a palette. */
  depth: number;
  pages: number;
  /** Whether there is an alpha channel. All pixels may still be opaque. */
  hasAlpha: boolean;
  /** EXIF orientation from 1 to 8, if the file has one. */
  orientation?: number;
  /** Stored from coarse to fine: a progressive JPEG or an interlaced PNG. */
  isProgressive?: boolean;
}

/** The header plus what decoding and encoding need. */
export interface SourceFile extends StatedColours {
  image: SourceImage;
  samples: SampleKind;
  /** Of a TIFF that says what they are; `image.hasAlpha` takes them into account. */
  extraSamples?: ExtraSamples;
  /** More than 8 bits per sample after decoding. */
  isDeep: boolean;
  /** The decoder; without one, sharp reads the file. */
  decoder?: OwnDecoder;
  timing?: Timing;
  resolution?: Resolution;
  /** Only if the recipe keeps it. */
  copyright?: Copyright;
  /** Bytes that decoding allocates regardless of the number of pixels. */
  extraBytes?: number;
}

/**
 * What the samples mean. `absolute`: the same colour regardless of the profile. `lab`: 8-bit CIELAB
 * as stored, which only this program converts.
 */
export type SampleKind = 'gray' | 'rgb' | 'cmyk' | 'absolute' | 'lab';

/** Animation timing: milliseconds per frame, and the number of loops; 0 means forever. */
export interface Timing {
  delay: number[];
  loop: number;
}
