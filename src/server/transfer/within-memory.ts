import { type Conversion, needsTooMuchMemory, type PipelineParts } from '../../pipeline/index.ts';

/** Runs the work on an image that is open, within the memory that it takes, and closes the image. */
export async function withinMemory<Image, Result>(
  opening: Promise<Conversion<Image>>,
  { memory }: Pick<PipelineParts, 'memory'>,
  work: (image: Conversion<Image>) => Promise<Result>,
): Promise<Result> {
  const image = await opening;
  try {
    const { memoryBytes } = image;
    if (memoryBytes > memory.capacity) throw needsTooMuchMemory(memoryBytes, memory.capacity);
    return await memory.use(memoryBytes, () => work(image));
  } finally {
    image.close();
  }
}
