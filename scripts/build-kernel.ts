// What `npm run kernel` runs: src/gray-png/assembly as WebAssembly in src/gray-png/kernel-module.ts.
// With a folder as its argument it writes there instead; test/gray-png/module.test.ts compares.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const target = process.argv[2] ?? join(root, 'src/gray-png');
const work = mkdtempSync(join(tmpdir(), 'kernel-'));

try {
  const wasm = join(work, 'kernel.wasm');
  compile('src/gray-png/assembly/kernel.ts', wasm);
  writeFileSync(join(target, 'kernel-module.ts'), moduleText(readFileSync(wasm)));
} finally {
  rmSync(work, { recursive: true, force: true });
}

function compile(source: string, wasm: string): void {
  const options = [
    ...['--optimizeLevel', '3', '--shrinkLevel', '0', '--noAssert'],
    // No allocator: assembly/layout.ts says where everything is, up to where the compiler may begin.
    ...['--runtime', 'stub', '--memoryBase', String(0x110000)],
    ...['--initialMemory', '18', '--maximumMemory', '18'],
    ...['--enable', 'simd', '--enable', 'bulk-memory', '--use', 'abort='],
  ];
  const compiler = join(root, 'node_modules/assemblyscript/bin/asc.js');
  execFileSync(process.execPath, [compiler, source, '--outFile', wasm, ...options], {
    cwd: root,
    stdio: 'inherit',
  });
}

function moduleText(wasm: Buffer): string {
  const lines = wasm.toString('base64').match(/.{1,92}/g) ?? [];
  const quoted = lines.map((line) => `  '${line}',`).join('\n');
  return [
    '// Made by `npm run kernel` from assembly/. Not for editing.',
    '',
    '/** A module of WebAssembly, as text, so that any bundler takes it along. */',
    `export const kernelModule: string = [\n${quoted}\n].join('');\n`,
  ].join('\n');
}
