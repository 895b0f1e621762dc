import { join } from 'node:path';
import { type Figure, figureOf, ratioOf } from '../figures.ts';
import { type Output, type PeerName, peerEnvironment, peers, programOf } from '../workers/peers.ts';
import { type Sample, startWorker, type Worker } from '../workers/worker.ts';
import type { Input } from './inputs.ts';

export interface ConversionResult {
  input: string;
  /** The input's share of all images, from 0 to 1. */
  share: number;
  megapixels: number;
  output: Output;
  /** The first is ours. A peer that cannot convert the input is missing. */
  peers: PeerResult[];
}

export interface PeerResult {
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
  /** Minimum duration of a sample, as processor time is counted in steps on some systems. */
  sampleMs: number;
  folder: string;
  print: (line: string) => void;
}

const maxRepeats = 200;

/** Converts each input with each peer in turn, round after round, with a process per peer. */
export async function measureConversions(
  inputs: Input[],
  { peerNames, python, folder, ...options }: ConversionOptions,
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
        options.print(`${input.name} to ${output} ...`);
        const saveAs = (peer: PeerName) => join(folder, `${peer}.${output}`);
        const measured = await measureCell(workers, { ...options, input, output, saveAs });
        const { name, share, megapixels } = input;
        results.push({ input: name, share, megapixels, output, peers: measured });
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
  sampleMs: number;
  saveAs(peer: PeerName): string;
  print: (line: string) => void;
}

interface Runner {
  peer: PeerName;
  worker: Worker;
  repeat: number;
  samples: Sample[];
}

async function measureCell(workers: Map<PeerName, Worker>, cell: Cell): Promise<PeerResult[]> {
  const { file } = cell.input;
  const runners: Runner[] = [];
  for (const [peer, worker] of workers) {
    if (!peers[peer].outputs.some((each) => each === cell.output)) continue;
    const repeat = await warmUp(peer, worker, cell);
    if (repeat !== undefined) runners.push({ peer, worker, repeat, samples: [] });
  }
  for (let round = 0; round < cell.rounds; round++) {
    for (const { peer, worker, repeat, samples } of rotate(runners, round)) {
      samples.push(await worker.run({ task: 'convert', peer, file, output: cell.output, repeat }));
    }
  }
  return resultsOf(runners, await differences(runners, cell));
}

/** The number of conversions that a sample needs; undefined if the peer cannot convert the file. */
async function warmUp(peer: PeerName, worker: Worker, cell: Cell): Promise<number | undefined> {
  const { input, output, sampleMs, saveAs, print } = cell;
  const request = { task: 'convert', peer, file: input.file, output, repeat: 1 } as const;
  try {
    await worker.run(request);
    const { wallMs } = await worker.run({ ...request, saveAs: saveAs(peer) });
    const repeat = Math.min(maxRepeats, Math.max(1, Math.ceil(sampleMs / wallMs)));
    // JavaScript is compiled after some hundred calls, which takes longer than a small image.
    if (repeat > 10) await worker.run({ ...request, repeat });
    return repeat;
  } catch (error) {
    if (peer === 'ours') throw error;
    print(`Left out: ${input.name} by ${peers[peer].title}, which cannot convert it. ${error}`);
    return undefined;
  }
}

/** The largest difference of each output’s gray from Pillow’s, for PNG. */
async function differences(
  runners: Runner[],
  { input: { file }, output, saveAs }: Cell,
): Promise<Map<PeerName, number>> {
  const found = new Map<PeerName, number>();
  const pillow = runners.find(({ peer }) => peer === 'pillow');
  if (!pillow || output !== 'png') return found;
  for (const { peer } of runners) {
    const request = { task: 'compare', file, output: saveAs(peer) } as const;
    const { farthest } = await pillow.worker.run<{ farthest: number }>(request);
    found.set(peer, farthest);
  }
  return found;
}

/** Each round begins with a different peer, so that none always follows the same neighbour. */
export function rotate<Item>(items: Item[], round: number): Item[] {
  const first = items.length === 0 ? 0 : round % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

function resultsOf(runners: Runner[], farthestOf: Map<PeerName, number>): PeerResult[] {
  const [ours] = runners;
  if (!ours) return [];
  return runners.map(({ peer, samples }) => {
    const farthest = farthestOf.get(peer);
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
