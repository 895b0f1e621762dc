import type { ConversionError } from '../../errors.ts';
import { damagedImage, unsupportedVariant } from '../wasm/wasm-errors.ts';

/** ImageMagick’s severities that mean damaged data: corrupt image, blob, stream and coder. */
const damageSeverities = [425, 435, 440, 450];
/** Coders report both damage and what they cannot read as the same kind of error. */
const unknownVariant =
  /not (supported|configured|implemented|authorized)|unsupported|unrecognized/i;

/** What some of its reasons mean. */
const variants: Record<string, string> = {
  // Its palettes have 256 grays.
  UnableToCreateColormap: 'gray of 16 bits',
};

/** A rejected image, by what ImageMagick says about it. */
export function mapMagickError(name: string, error: unknown): ConversionError {
  // Exceptions of C++ are no errors of JavaScript, and have no message.
  const { severity, message = 'it gave up' } = error as { severity?: number; message?: string };
  // Some decoders give up without a reason, at the end of truncated data.
  if (message === 'instance is disposed')
    return damagedImage(name, 'the data end too early', error);
  const reason = reasonOf(message);
  const isDamage =
    severity === undefined || (damageSeverities.includes(severity) && !unknownVariant.test(reason));
  if (isDamage) return damagedImage(name, `ImageMagick: ${reason}`, error);
  return unsupportedVariant(name, variants[reason] ?? `one that ImageMagick rejects (${reason})`);
}

/** Without the place in ImageMagick’s source. */
function reasonOf(message: string): string {
  return message.replace(/\s*[`'][^@]*@.*$/s, '').slice(0, 160);
}
