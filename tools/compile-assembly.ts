import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

const options = [
  ...['--optimizeLevel', '3', '--shrinkLevel', '0', '--noAssert'],
  // No allocator: assembly/layout.ts defines all addresses, up to where the compiler's data may begin.
  ...['--runtime', 'stub', '--memoryBase', String(0x2d0000)],
  ...['--initialMemory', '46', '--maximumMemory', '46'],
  ...['--enable', 'simd', '--enable', 'bulk-memory', '--use', 'abort='],
];

/** Compiles AssemblyScript to WebAssembly. The same sources and compiler always give the same bytes. */
export function compileAssembly(source: string): Buffer {
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
