import type { Cicp } from './cicp.ts';
import type { ColourProfile } from './icc-profile.ts';
import { adaptedToD50, primariesOf, xyzMatrix } from './primaries.ts';
import { type Curve, hlgGain, type Transfer, transferOf } from './transfer-curves.ts';

/**
 * The profile that code points describe, for samples of a depth in bits. Undefined if they are
 * reserved or make no sense.
 */
export function numberedProfile(
  cicp: Cicp,
  { space, depth }: { space: 'gray' | 'rgb'; depth: number },
): ColourProfile | undefined {
  const primaries = primariesOf(cicp.primaries);
  const transfer = transferOf(cicp.transfer);
  const toXyz = primaries && xyzMatrix(primaries);
  if (!transfer || !toXyz) return undefined;
  const curve = cicp.isLimited ? fromLimited(transfer.curve, depth) : transfer.curve;
  const isHdr = transfer.light !== 'relative';
  if (space === 'gray')
    return { kind: 'shaper', space, curves: [grayCurve(curve, transfer)], isHdr };
  return {
    kind: 'shaper',
    space,
    curves: [curve, curve, curve],
    toXyz: adaptedToD50(toXyz, primaries.white),
    isHdr,
    ...(transfer.light === 'scene' && { ootfWeights: toXyz.slice(3, 6) }),
  };
}

function grayCurve(curve: Curve, { light }: Transfer): Curve {
  if (light !== 'scene') return curve;
  return (stored) => curve(stored) * hlgGain(curve(stored));
}

/** ITU-T H.273, 8.3: limited samples span 16 to 235 of 8 bits, shifted for more. */
function fromLimited(curve: Curve, depth: number): Curve {
  const [max, step] = [2 ** depth - 1, 2 ** (depth - 8)];
  return (stored) => curve(Math.min(Math.max((stored * max - 16 * step) / (219 * step), 0), 1));
}
