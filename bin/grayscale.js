#!/usr/bin/env node
import module from 'node:module';
import { runsFromSources } from './require-node.js';

// Compiled code is cached in the temporary folder, also for child processes.
const { directory } = module.enableCompileCache?.() ?? {};
if (directory) process.env.NODE_COMPILE_CACHE ??= directory;

const { main } = await import(runsFromSources ? '../src/cli/main.ts' : '../dist/cli.js');
process.exitCode = await main(process.argv);
