import { execFileSync } from 'node:child_process';
import { arch, cpus, loadavg, platform, release } from 'node:os';
import sharp from 'sharp';
import { version } from '../src/version.ts';
import { type PeerName, peerNames, peers } from './workers/peers.ts';

/** The machine and versions that the measurements depend on. */
export interface Machine {
  cpu: string;
  cores: number;
  system: string;
  /** Load average over one, five and fifteen minutes, before the first measurement. */
  load: number[];
  versions: Record<string, string>;
}

const versionOf = `
import importlib, json, sys
found = {"python": sys.version.split()[0]}
for name in sys.argv[1:]:
    try:
        found[name] = importlib.import_module(name).__version__
    except ImportError:
        pass
print(json.dumps(found))
`;

type PythonVersions = { python?: string } & Record<string, string>;

/** Versions of Python packages; empty without Python. */
export function pythonVersions(python: string): PythonVersions {
  try {
    const names = ['PIL', 'cv2', 'boto3', 'psycopg2'];
    return JSON.parse(execFileSync(python, ['-c', versionOf, ...names], { encoding: 'utf8' }));
  } catch {
    return {};
  }
}

/** The peers that can be measured here; each missing one is named with its reason. */
export function availablePeers(found: PythonVersions, print: (line: string) => void): PeerName[] {
  return peerNames.filter((name) => {
    const peer = peers[name];
    if (peer.program === 'node' || found[peer.needs] !== undefined) return true;
    print(
      `Skipped: ${peer.title}, as this Python has no ${peer.needs}. Set PYTHON to another Python.`,
    );
    return false;
  });
}

export function describeMachine(found: PythonVersions): Machine {
  const [first] = cpus();
  return {
    cpu: first?.model ?? 'unknown',
    cores: cpus().length,
    system: `${platform()} ${release()} ${arch()}`,
    load: loadavg(),
    versions: {
      grayscale: version,
      node: process.versions.node,
      ...pick(sharp.versions, ['sharp', 'vips', 'mozjpeg', 'png', 'zlib-ng', 'webp']),
      ...found,
    },
  };
}

function pick(from: Record<string, string | undefined>, names: string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])),
  );
}
