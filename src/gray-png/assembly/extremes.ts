// Gray by the largest channel, or by the mean of the largest and the smallest.

import { gray, source } from './layout';

/**
 * From RGB or RGBA in `source` to one gray channel in `gray`, followed by alpha if there are four
 * channels. The mean is rounded half up.
 */
export function mapExtremes(pixels: i32, channels: i32, isMean: bool): void {
  const grayChannels = channels == 4 ? 2 : 1;
  let into = gray;
  for (let i = 0, at = source; i < pixels; i++, at += channels, into += grayChannels) {
    const red: u32 = load<u8>(at);
    const green: u32 = load<u8>(at, 1);
    const blue: u32 = load<u8>(at, 2);
    const largest = max(max(red, green), blue);
    const smallest = isMean ? min(min(red, green), blue) : largest;
    store<u8>(into, <u8>((largest + smallest + 1) >> 1));
    if (channels == 4) store<u8>(into, load<u8>(at, 3), 1);
  }
}
