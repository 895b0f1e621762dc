// The process in which cases are converted, so that whatever they do is done to it alone.
import { theEngine } from './judge-case.ts';
import { serveCases } from './serve-cases.ts';

await serveCases(theEngine);
