export { examineClock, type ToldTime } from './examine-clock.ts';
export { examineDatabase } from './examine-database.ts';
export { examineEngine } from './examine-engine.ts';
export { examineStore } from './examine-store.ts';
export { examine, type Finding, type State } from './finding.ts';
export type { DatabaseProbe, StoreProbe } from './probes.ts';
