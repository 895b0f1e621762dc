// Converts in a separate process with this library or another npm package: reads one line of JSON per
// request and answers with one.
import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Output, PeerName } from './peers.ts';
import type { Job, Sample, WorkerRequest } from './worker.ts';

type Convert = (bytes: Buffer, output: Output) => Promise<Uint8Array>;
type NodePeer = Exclude<PeerName, 'pillow' | 'pillow-rle' | 'cv2'>;

// Each process loads only its own peer.
const loaders: Record<NodePeer, () => Promise<Convert>> = {
  async ours() {
    const { toGrayscale } = await import('../../src/convert/index.ts');
    const { growHeapFaster } = await import('../../src/convert/heap-growth.ts');
    growHeapFaster();
    return async (bytes, format) => (await toGrayscale(bytes, { format })).bytes;
  },
  async naive() {
    const { default: sharp } = await import('sharp');
    return (bytes, output) => sharp(bytes).grayscale().toFormat(output).toBuffer();
  },
  async expert() {
    const { default: sharp } = await import('sharp');
    return (bytes, output) => {
      const gray = sharp(bytes).grayscale().toColourspace('b-w');
      return output === 'png'
        ? gray.png({ compressionLevel: 7, adaptiveFiltering: true }).toBuffer()
        : gray.jpeg({ quality: 75 }).toBuffer();
    };
  },
  async napi() {
    const { CompressionType, FilterType, Transformer } = await import('@napi-rs/image');
    const options = { compressionType: CompressionType.Fast, filterType: FilterType.Adaptive };
    return (bytes, output) => {
      const gray = new Transformer(bytes).grayscale();
      return output === 'png' ? gray.png(options) : gray.jpeg(75);
    };
  },
};

const loaded = new Map<PeerName, Promise<Convert>>();
let pipeline: Promise<(job: Job) => Promise<void>> | undefined;

for await (const line of createInterface({ input: process.stdin })) {
  const reply = await answer(JSON.parse(line)).catch((error: Error) => ({ error: error.message }));
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
process.exit(0);

async function answer(request: WorkerRequest): Promise<object> {
  if (request.task === 'convert') {
    const convert = await converterOf(request.peer);
    const bytes = await readFile(request.file);
    let output: Uint8Array = bytes;
    const sample = await measure(async () => {
      for (let i = 0; i < request.repeat; i++) output = await convert(bytes, request.output);
    });
    if (request.saveAs !== undefined) await writeFile(request.saveAs, output);
    return perImage(sample, request.repeat, output.length);
  }
  if (request.task === 'job') {
    const run = await jobOf(process.argv[2] ?? '');
    return perImage(await measure(() => run(request)), request.keys.length, 0);
  }
  throw new Error(`Expected a task that this worker supports but received "${request.task}".`);
}

async function measure(work: () => Promise<void>): Promise<{ cpuMs: number; wallMs: number }> {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await work();
  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMs: (user + system) / 1_000, wallMs };
}

function perImage({ cpuMs, wallMs }: Omit<Sample, 'bytes'>, images: number, bytes: number): Sample {
  return { cpuMs: cpuMs / images, wallMs: wallMs / images, bytes };
}

function converterOf(peer: PeerName): Promise<Convert> {
  if (!Object.hasOwn(loaders, peer))
    throw new Error(`Expected a Node peer but received "${peer}".`);
  const convert = loaded.get(peer) ?? loaders[peer as NodePeer]();
  loaded.set(peer, convert);
  return convert;
}

function jobOf(program: string): Promise<(job: Job) => Promise<void>> {
  pipeline ??= program === 'original' ? loadOriginal() : loadPipeline();
  return pipeline;
}

async function loadOriginal() {
  const { runOriginal } = await import('../job/original.ts');
  return runOriginal;
}

async function loadPipeline() {
  const { runPipeline } = await import('../job/our-job.ts');
  return runPipeline;
}
