export { type ExaminedServices, examineAll } from './examine-all.ts';
export { examineClock } from './examine-clock.ts';
export { examineDatabase } from './examine-database.ts';
export { examineEngine } from './examine-engine.ts';
export { examineStore } from './examine-store.ts';
export type { Finding, State } from './finding.ts';
export type { DatabaseProbe, StoreProbe } from './probes.ts';
