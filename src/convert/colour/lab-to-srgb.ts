/**
 * Converts CIE L*a*b* with white point D50, as ICC profiles and Photoshop use it, to sRGB from 0 to
 * 1. Colours outside sRGB are clipped. Matrix of sRGB adapted to D50 (Bradford):
 * http://www.brucelindbloom.com/index.html?Eqn_RGB_XYZ_Matrix.html; curve: IEC 61966-2-1.
 */
export function labToSrgb(
  lightness: number,
  a: number,
  b: number,
): [red: number, green: number, blue: number] {
  const y = (lightness + 16) / 116;
  const x = 0.96422 * fromLabScale(y + a / 500);
  const z = 0.82521 * fromLabScale(y - b / 200);
  const luminance = fromLabScale(y);
  return [
    encode(3.1338561 * x - 1.6168667 * luminance - 0.4906146 * z),
    encode(-0.9787684 * x + 1.9161415 * luminance + 0.033454 * z),
    encode(0.0719453 * x - 0.2289914 * luminance + 1.4052427 * z),
  ];
}

function fromLabScale(value: number): number {
  return value > 6 / 29 ? value ** 3 : (value - 4 / 29) * 3 * (6 / 29) ** 2;
}

function encode(linear: number): number {
  if (linear <= 0) return 0;
  if (linear >= 1) return 1;
  return linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055;
}
