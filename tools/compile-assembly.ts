import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/**
 * The folders of src/ with an assembly/kernel.ts, and the memory of their modules. assembly/layout.ts
 * defines all addresses, up to where the compiler's data may begin.
 */
export const assemblies = {
  'gray-png': { dataAt: 0x2d0000, pages: 46, maxPages: 46 },
  'png-rows': { dataAt: 0x170000, pages: 24, maxPages: 24 },
  // The coefficients of an image follow.
  'gray-jpeg': { dataAt: 0x58000, pages: 6, maxPages: 65536 },
} as const;

export type Assembly = keyof typeof assemblies;

/** Compiles AssemblyScript to WebAssembly. The same sources and compiler always give the same bytes. */
export function compileAssembly(name: Assembly, source = `src/${name}/assembly/kernel.ts`): Buffer {
  const { dataAt, pages, maxPages } = assemblies[name];
  const options = [
    ...['--optimizeLevel', '3', '--shrinkLevel', '0', '--noAssert'],
    // No allocator.
    ...['--runtime', 'stub', '--memoryBase', String(dataAt)],
    ...['--initialMemory', String(pages), '--maximumMemory', String(maxPages)],
    ...['--enable', 'simd', '--enable', 'bulk-memory', '--use', 'abort='],
  ];
  const work = mkdtempSync(join(tmpdir(), 'assembly-'));
  try {
    const wasm = join(work, 'module.wasm');
    const compiler = join(root, 'node_modules/assemblyscript/bin/asc.js');
    execFileSync(process.execPath, [compiler, source, '--outFile', wasm, ...options], {
      cwd: root,
      stdio: 'inherit',
    });
    return readFileSync(wasm);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
