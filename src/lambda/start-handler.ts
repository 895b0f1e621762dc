import { explainStart } from './wrong-platform.ts';

/** The function as it is packaged. A package made for another processor says so in one sentence. */
export const { handler } = await import('./handler.ts').catch(explainStart);
