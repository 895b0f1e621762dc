// The process in which cases are converted, so that a crash or a leak affects only this process.
import { defaultEngine } from './judge-case.ts';
import { serveCases } from './serve-cases.ts';

await serveCases(defaultEngine);
