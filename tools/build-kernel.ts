// Run by `npm run kernel`: compiles src/gray-png/assembly to WebAssembly in src/gray-png/kernel-module.ts.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileAssembly } from './compile-assembly.ts';
import { kernelModuleText } from './kernel-module-text.ts';

const file = join(import.meta.dirname, '../src/gray-png/kernel-module.ts');
writeFileSync(file, kernelModuleText(compileAssembly('src/gray-png/assembly/kernel.ts')));
