import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Figure, figureOf } from '../figures.ts';
import { photograph } from '../inputs.ts';
import { type PeerName, peerEnvironment, peers, programOf } from '../workers/peers.ts';
import { startWorker } from '../workers/worker.ts';
import { rotate } from './measure-conversions.ts';

export interface SizeResult {
  peer: PeerName;
  megapixels: number;
  cpuMsPerMegapixel: Figure;
  /** Peak memory of a process that converted only this image. */
  peakMb?: number;
}

interface SizesOptions {
  sizes: number[];
  peerNames: PeerName[];
  python: string;
  rounds: number;
  folder: string;
  print: (line: string) => void;
}

/** How cost and memory grow with the image size, each measured in a new process. */
export async function measureSizes(options: SizesOptions): Promise<SizeResult[]> {
  const { sizes, peerNames, rounds, folder, print } = options;
  const results: SizeResult[] = [];
  for (const megapixels of sizes) {
    print(`${megapixels} megapixels ...`);
    const file = join(folder, `scale-${megapixels}.jpg`);
    await writeFile(file, await (await photograph(megapixels)).jpeg({ quality: 88 }).toBuffer());
    const measured = peerNames.map((peer) => ({
      peer,
      cpuMs: [] as number[],
      peaksMb: [] as number[],
    }));
    for (let round = 0; round < rounds; round++) {
      for (const { peer, cpuMs, peaksMb } of rotate(measured, round)) {
        const sample = await convertOnce(peer, file, options.python);
        cpuMs.push(sample.cpuMs / megapixels);
        if (sample.peakMb !== undefined) peaksMb.push(sample.peakMb);
      }
    }
    for (const { peer, cpuMs, peaksMb } of measured) {
      const result = { peer, megapixels, cpuMsPerMegapixel: figureOf(cpuMs) };
      results.push(peaksMb.length ? { ...result, peakMb: figureOf(peaksMb).median } : result);
    }
    await rm(file);
  }
  return results;
}

async function convertOnce(peer: PeerName, file: string, python: string) {
  const worker = startWorker(programOf(peers[peer], python), peerEnvironment(peer));
  try {
    const request = { task: 'convert', peer, file, output: 'png', repeat: 1 } as const;
    await worker.run(request);
    const peakMb = worker.peakMb();
    const { cpuMs } = await worker.run({ ...request, repeat: 2 });
    return { cpuMs, peakMb };
  } finally {
    await worker.close();
  }
}
