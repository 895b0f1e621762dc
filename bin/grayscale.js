#!/usr/bin/env node
import { runsFromSources } from './require-node.js';

const { main } = await import(runsFromSources ? '../src/cli/main.ts' : '../dist/cli/main.js');
process.exitCode = await main(process.argv);
