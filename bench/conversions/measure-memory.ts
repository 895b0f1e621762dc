import { join } from 'node:path';
import { bundleProgram } from '../bundle-program.ts';
import { type Figure, figureOf } from '../figures.ts';
import { type PeerName, peerEnvironment, peers, programOf } from '../workers/peers.ts';
import { startWorker } from '../workers/worker.ts';
import type { Input } from './inputs.ts';
import { rotate } from './measure-conversions.ts';

export interface MemoryResult {
  input: string;
  megapixels: number;
  peer: PeerName;
  /** Peak memory of a process that converted only this image. */
  peakMb: Figure;
}

interface MemoryOptions {
  peerNames: PeerName[];
  python: string;
  rounds: number;
  print: (line: string) => void;
}

/**
 * The peak memory of converting the largest image of each format to PNG, each time in a new process. The
 * programs for Node are bundled, as they are in use: Node's compiler of TypeScript takes 35 MB.
 */
export async function measureMemory(
  inputs: Input[],
  { peerNames, python, rounds, print }: MemoryOptions,
): Promise<MemoryResult[]> {
  const nodeWorker = await bundleProgram(join(import.meta.dirname, '../workers/node-worker.ts'));
  const commandOf = (peer: PeerName) =>
    peers[peer].program === 'node'
      ? [process.execPath, nodeWorker]
      : programOf(peers[peer], python);
  const results: MemoryResult[] = [];
  for (const input of largestOfEachFormat(inputs)) {
    print(`Memory: ${input.name} ...`);
    const measured = peerNames.map((peer) => ({ peer, peaksMb: [] as number[] }));
    for (let round = 0; round < rounds; round++) {
      for (const { peer, peaksMb } of rotate(measured, round)) {
        const peakMb = await convertOnce(peer, input.file, commandOf(peer));
        if (peakMb !== undefined) peaksMb.push(peakMb);
      }
    }
    for (const { peer, peaksMb } of measured) {
      const { name, megapixels } = input;
      if (peaksMb.length > 0)
        results.push({ input: name, megapixels, peer, peakMb: figureOf(peaksMb) });
    }
  }
  return results;
}

function largestOfEachFormat(inputs: Input[]): Input[] {
  const bySize = inputs.toSorted((a, b) => b.megapixels - a.megapixels);
  const formatOf = ({ name }: Input) => name.slice(name.lastIndexOf('.'));
  return [...Map.groupBy(bySize, formatOf).values()].flatMap(([largest]) => largest ?? []);
}

/** Undefined if the peer cannot convert the file, or the system reports no peak. */
async function convertOnce(peer: PeerName, file: string, command: string[]) {
  const worker = startWorker(command, peerEnvironment(peer));
  try {
    await worker.run({ task: 'convert', peer, file, output: 'png', repeat: 1 });
    return worker.peakMb();
  } catch (error) {
    if (peer === 'ours') throw error;
    return undefined;
  } finally {
    await worker.close();
  }
}
