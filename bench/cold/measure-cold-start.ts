import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { bundleProgram } from '../bundle-program.ts';
import { type Figure, figureOf, ratioOf } from '../figures.ts';

export interface ColdResult {
  name: string;
  cpuMs: Figure;
  wallMs: Figure;
  /** Our time divided by this peer’s. */
  cpuRatio: Figure;
}

interface ColdOptions {
  file: string;
  python: string;
  hasPython: boolean;
  rounds: number;
}

/**
 * Measures from the start of a process to its end: Node or Python creates S3 and PostgreSQL clients without
 * connecting and converts one image. The processor time is the count of the process itself at its end.
 */
export async function measureColdStart(options: ColdOptions): Promise<ColdResult[]> {
  const { file, python, hasPython, rounds } = options;
  const source = join(import.meta.dirname, 'cold-start.ts');
  const bundled = await bundleProgram(source);
  const commands: [name: string, command: string[]][] = [
    ['ours', [process.execPath, bundled, file]],
    ['ours, with a compile cache', [process.execPath, bundled, file, 'cache']],
    ['ours, from the TypeScript', [process.execPath, source, file]],
    ...(hasPython
      ? [
          ['Python', [python, join(import.meta.dirname, 'cold-start.py'), file]] as [
            string,
            string[],
          ],
        ]
      : []),
  ];
  const samples = commands.map(() => ({ cpuMs: [] as number[], wallMs: [] as number[] }));
  for (let round = -1; round < rounds; round++) {
    for (const [index, [, command]] of commands.entries()) {
      const { cpuMs, wallMs } = await run(command);
      // The first run of each only reads the files from the disk.
      if (round < 0) continue;
      samples[index]?.cpuMs.push(cpuMs);
      samples[index]?.wallMs.push(wallMs);
    }
  }
  return commands.map(([name], index) => {
    const { cpuMs = [], wallMs = [] } = samples[index] ?? {};
    return {
      name,
      cpuMs: figureOf(cpuMs),
      wallMs: figureOf(wallMs),
      cpuRatio: ratioOf(samples[0]?.cpuMs ?? [], cpuMs),
    };
  });
}

async function run([command = '', ...args]: string[]): Promise<{ cpuMs: number; wallMs: number }> {
  const startedAt = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  const [code] = await once(child, 'close');
  const wallMs = performance.now() - startedAt;
  if (code !== 0) throw new Error(`Expected ${args[0]} to exit with 0 but it exited with ${code}.`);
  return { cpuMs: Number(printed), wallMs };
}
