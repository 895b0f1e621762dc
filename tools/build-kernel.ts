// Run by `npm run kernel`: compiles the folders assembly/ to WebAssembly in the kernel-module.ts next to them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Assembly, assemblies, compileAssembly } from './compile-assembly.ts';
import { kernelModuleText } from './kernel-module-text.ts';

for (const name of Object.keys(assemblies) as Assembly[]) {
  const file = join(import.meta.dirname, '../src', name, 'kernel-module.ts');
  writeFileSync(file, kernelModuleText(compileAssembly(name)));
}
