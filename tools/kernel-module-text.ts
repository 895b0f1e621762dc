/** A WebAssembly module as TypeScript, so that any bundler includes it. */
export function kernelModuleText(wasm: Buffer): string {
  const lines = wasm.toString('base64').match(/.{1,92}/g) ?? [];
  const quoted = lines.map((line) => `  '${line}',`).join('\n');
  return [
    '// Made by `npm run kernel` from assembly/. Not for editing.',
    '',
    '/** WebAssembly, in base64. */',
    `export const kernelModule: string = [\n${quoted}\n].join('');\n`,
  ].join('\n');
}
