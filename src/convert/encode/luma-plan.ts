import {
  canTurn,
  hasWholeLuma,
  type JpegFrame,
  readJpegHeader,
  type Turn,
} from '../../gray-jpeg/index.ts';
import { profileToApply } from '../colour/profile-to-apply.ts';
import { ConversionError } from '../errors.ts';
import { inputFormats } from '../formats/input-formats.ts';
import type { SourceFile } from '../formats/source-file.ts';
import { orientationToApply } from '../gray/orient.ts';
import { methodFacts } from '../recipe/methods.ts';
import type { Recipe } from '../recipe/recipe-options.ts';

/** How the luma of a JPEG is kept. */
export interface LumaPlan {
  frame: JpegFrame;
  /** Turns the image upright. */
  turn?: Turn;
  /** The EXIF orientation that the output has instead, because its blocks cannot be turned. */
  orientation?: number;
}

/**
 * Plans a JPEG without loss. Throws `ConversionError` if the file has no luma that is the requested
 * gray, with the reason and what to do.
 */
export function planLuma(bytes: Uint8Array, file: SourceFile, recipe: Recipe): LumaPlan {
  const { format } = file.image;
  if (format !== 'jpeg') throw notKept(`received ${inputFormats[format].name}`);
  const { frame, isRgb } = readJpegHeader(bytes);
  if (!frame) throw notKept('it is coded arithmetically');
  const { length } = frame.components;
  if (length !== 1 && length !== 3) throw notKept(`it has ${length} colour components`);
  if (isRgb) throw notKept('its samples are RGB');
  if (!hasWholeLuma(frame)) throw notKept('its luma has a lower resolution than its colours');
  checkRecipe(file, recipe);
  return { frame, ...planTurn(frame, orientationToApply({ file, recipe })) };
}

/** Whether the recipe asks for the stored luma. */
function checkRecipe(file: SourceFile, recipe: Recipe): void {
  const { method, compat, colour } = recipe;
  const isKept =
    method === 'rec601' || (file.samples === 'gray' && !methodFacts(method).changesNeutral);
  if (!isKept) {
    throw notKept(`the method (GRAY_METHOD) is ${method}`, 'Choose rec601, or omit lossless.');
  }
  if (compat === 'pillow') {
    throw notKept(
      'compat (GRAY_COMPAT) is pillow, whose gray is rounded from RGB',
      'Choose png or tiff, or omit compat.',
    );
  }
  if (colour === 'managed' && profileToApply(file)) {
    throw notKept(
      'its colour profile changes its grays',
      'Set colour (GRAY_COLOUR) to raw to ignore the profile, or choose png, tiff, webp or avif.',
    );
  }
}

const anyOther = 'Choose png, tiff, webp or avif, or omit lossless.';

function notKept(reason: string, cure = anyOther): ConversionError {
  return new ConversionError(
    'NO_LOSSLESS_OUTPUT',
    `Expected a JPEG whose luma can be kept, for lossless (GRAY_LOSSLESS) with jpeg, but ${reason}. ${cure}`,
  );
}

/** By EXIF orientation: EXIF 2.32, 4.6.5.1. */
const turns: Record<number, Turn> = {
  2: { isTransposed: false, mirrorsAcross: true, mirrorsDown: false },
  3: { isTransposed: false, mirrorsAcross: true, mirrorsDown: true },
  4: { isTransposed: false, mirrorsAcross: false, mirrorsDown: true },
  5: { isTransposed: true, mirrorsAcross: false, mirrorsDown: false },
  6: { isTransposed: true, mirrorsAcross: true, mirrorsDown: false },
  7: { isTransposed: true, mirrorsAcross: true, mirrorsDown: true },
  8: { isTransposed: true, mirrorsAcross: false, mirrorsDown: true },
};

function planTurn(frame: JpegFrame, orientation = 1): Pick<LumaPlan, 'turn' | 'orientation'> {
  const turn = turns[orientation];
  if (!turn) return {};
  return canTurn(frame, turn) ? { turn } : { orientation };
}
