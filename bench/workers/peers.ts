import { join } from 'node:path';
import { allocatorSettings } from '../../src/isolation/allocator.ts';

export type Output = 'png' | 'jpeg';

/** A library that converts, and the program that runs it. */
interface Peer {
  title: string;
  program: 'node' | 'python';
  /** A Python module that the peer requires. */
  needs?: 'PIL' | 'cv2' | 'boto3' | 'psycopg2';
  outputs: readonly Output[];
}

const both = ['png', 'jpeg'] as const;

/** The first is ours, with which the others are compared. */
export const peers = {
  ours: { title: 'ours', program: 'node', outputs: both },
  naive: { title: 'naive sharp', program: 'node', outputs: both },
  expert: { title: 'expert sharp', program: 'node', outputs: both },
  napi: { title: '@napi-rs/image', program: 'node', outputs: both },
  pillow: { title: 'Pillow', program: 'python', needs: 'PIL', outputs: both },
  'pillow-rle': {
    title: 'Pillow, compress_type=3',
    program: 'python',
    needs: 'PIL',
    outputs: ['png'],
  },
  cv2: { title: 'OpenCV', program: 'python', needs: 'cv2', outputs: both },
} as const satisfies Record<string, Peer>;

export type PeerName = keyof typeof peers;

export const peerNames = Object.keys(peers) as PeerName[];

/** The command that runs a peer: this Node, or Debian’s Python unless PYTHON names another. */
export function programOf({ program }: Pick<Peer, 'program'>, python: string): string[] {
  return program === 'node'
    ? [process.execPath, join(import.meta.dirname, 'node-worker.ts')]
    : [python, join(import.meta.dirname, 'python-worker.py')];
}

/** A peer starts as its users start it, and ours like the project's own processes. */
export function peerEnvironment(peer: PeerName): NodeJS.ProcessEnv {
  return peer === 'ours' ? { ...allocatorSettings, ...process.env } : process.env;
}
