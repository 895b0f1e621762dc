#!/usr/bin/env node
import module from 'node:module';
import { runsFromSources } from './require-node.js';

// What was compiled once is read from the temporary folder from then on, by our processes as well.
const { directory } = module.enableCompileCache?.() ?? {};
if (directory) process.env.NODE_COMPILE_CACHE ??= directory;

const { main } = await import(runsFromSources ? '../src/cli/main.ts' : '../dist/cli/main.js');
process.exitCode = await main(process.argv);
