import { geometricMean } from '../figures.ts';
import type { Output, PeerName } from '../workers/peers.ts';
import type { ConversionResult, PeerResult } from './measure-conversions.ts';

/** Our cost compared with one peer's, over all inputs that the peer can convert. */
export interface Summary {
  output: Output;
  peer: PeerName;
  inputs: number;
  /** Geometric means of ours / theirs, weighted by the inputs' shares. */
  cpuRatio: number;
  bytesRatio: number;
  worst: { input: string; cpuRatio: number };
}

/** One summary for each output and peer. */
export function summarize(results: ConversionResult[]): Summary[] {
  const cells = results.flatMap(({ peers, ...input }) =>
    peers.filter(({ peer }) => peer !== 'ours').map((measured) => ({ ...input, ...measured })),
  );
  const groups = Map.groupBy(cells, ({ output, peer }) => `${output} ${peer}`);
  return [...groups.values()].map(summarizeGroup);
}

type Cell = Omit<ConversionResult, 'peers'> & PeerResult;

function summarizeGroup(cells: Cell[]): Summary {
  const meanOf = (ratioOf: (cell: Cell) => number) =>
    geometricMean(cells.map((cell) => ({ ratio: ratioOf(cell), weight: cell.share })));
  const worst = cells.reduce((a, b) => (b.cpuRatio.median > a.cpuRatio.median ? b : a));
  return {
    output: worst.output,
    peer: worst.peer,
    inputs: cells.length,
    cpuRatio: meanOf(({ cpuRatio }) => cpuRatio.median),
    bytesRatio: meanOf(({ bytesRatio }) => bytesRatio),
    worst: { input: worst.input, cpuRatio: worst.cpuRatio.median },
  };
}
