// Converts the images that leak.ts sends, in a process that does nothing else, and reports its memory.
import { ConversionError, toGrayscale } from '../../src/convert/index.ts';
import { makeTestImages, workerLimits } from './test-images.ts';

const [conversions = 0, sampleEvery = 1, plantedBytes = 0] = process.argv.slice(2).map(Number);

const { small } = await makeTestImages();
const planted: Buffer[] = [];
for (let done = 0; done < conversions; done++) {
  const { bytes } = small[done % small.length] as (typeof small)[number];
  await toGrayscale(bytes, {}, workerLimits).catch((error: unknown) => {
    if (!(error instanceof ConversionError)) throw error;
  });
  if (plantedBytes > 0) planted.push(Buffer.alloc(plantedBytes, 1));
  if (done % sampleEvery === 0) {
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    process.send?.({ done, rss, heapUsed, external });
  }
}
process.disconnect?.();
