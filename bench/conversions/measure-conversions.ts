import { join } from 'node:path';
import { type Figure, figureOf, ratioOf } from '../figures.ts';
import type { Input } from '../inputs.ts';
import { type Output, type PeerName, peerEnvironment, peers, programOf } from '../workers/peers.ts';
import { type Sample, startWorker, type Worker } from '../workers/worker.ts';

export interface ConversionResult {
  input: string;
  megapixels: number;
  output: Output;
  peers: PeerResult[];
}

interface PeerResult {
  peer: PeerName;
  cpuMs: Figure;
  wallMs: Figure;
  bytes: number;
  /** Our time divided by this peer’s; above 1, ours is slower. */
  cpuRatio: Figure;
  bytesRatio: number;
  /** The largest difference of a pixel from Pillow’s gray; absent without Pillow. */
  farthest?: number;
}

interface ConversionOptions {
  peerNames: PeerName[];
  python: string;
  rounds: number;
  folder: string;
  print: (line: string) => void;
}

/** Minimum duration of a sample, as processor time is counted in steps on some systems. */
const sampleMs = 250;
const maxRepeats = 25;

/** Converts each input with each peer in turn, round after round, with a process per peer. */
export async function measureConversions(
  inputs: Input[],
  { peerNames, python, rounds, folder, print }: ConversionOptions,
): Promise<ConversionResult[]> {
  const workers = new Map(
    peerNames.map((name) => [
      name,
      startWorker(programOf(peers[name], python), peerEnvironment(name)),
    ]),
  );
  try {
    const results: ConversionResult[] = [];
    for (const input of inputs) {
      for (const output of input.outputs) {
        print(`${input.name} to ${output} ...`);
        const saveAs = (peer: PeerName) => join(folder, `${peer}.${output}`);
        const cell = await measureCell(workers, { input, output, rounds, saveAs });
        results.push({ input: input.name, megapixels: input.megapixels, output, peers: cell });
      }
    }
    return results;
  } finally {
    for (const worker of workers.values()) await worker.close();
  }
}

interface Cell {
  input: Input;
  output: Output;
  rounds: number;
  saveAs(peer: PeerName): string;
}

interface Runner {
  peer: PeerName;
  worker: Worker;
  repeat: number;
  samples: Sample[];
  farthest: number | undefined;
}

async function measureCell(
  workers: Map<PeerName, Worker>,
  { input: { file }, output, rounds, saveAs }: Cell,
): Promise<PeerResult[]> {
  const pillow = workers.get('pillow');
  const runners: Runner[] = [];
  for (const [peer, worker] of workers) {
    if (!peers[peer].outputs.some((each) => each === output)) continue;
    const request = { task: 'convert', peer, file, output } as const;
    await worker.run({ ...request, repeat: 1 });
    const { wallMs } = await worker.run({ ...request, repeat: 1, saveAs: saveAs(peer) });
    const repeat = Math.min(maxRepeats, Math.max(1, Math.ceil(sampleMs / wallMs)));
    const farthest =
      output === 'png' && pillow ? await compare(pillow, file, saveAs(peer)) : undefined;
    runners.push({ peer, worker, repeat, samples: [], farthest });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { peer, worker, repeat, samples } of rotate(runners, round)) {
      samples.push(await worker.run({ task: 'convert', peer, file, output, repeat }));
    }
  }
  return resultsOf(runners);
}

async function compare(pillow: Worker, file: string, output: string): Promise<number> {
  const { farthest } = await pillow.run<{ farthest: number }>({ task: 'compare', file, output });
  return farthest;
}

/** Each round begins with a different peer, so that none always follows the same neighbour. */
export function rotate<Item>(items: Item[], round: number): Item[] {
  const first = items.length === 0 ? 0 : round % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

function resultsOf(runners: Runner[]): PeerResult[] {
  const [ours] = runners;
  if (!ours) return [];
  return runners.map(({ peer, samples, farthest }) => {
    const bytes = samples[0]?.bytes ?? 0;
    return {
      peer,
      cpuMs: figureOf(samples.map(({ cpuMs }) => cpuMs)),
      wallMs: figureOf(samples.map(({ wallMs }) => wallMs)),
      bytes,
      cpuRatio: ratioOf(
        ours.samples.map(({ cpuMs }) => cpuMs),
        samples.map(({ cpuMs }) => cpuMs),
      ),
      bytesRatio: (ours.samples[0]?.bytes ?? 0) / bytes,
      ...(farthest !== undefined && { farthest }),
    };
  });
}
