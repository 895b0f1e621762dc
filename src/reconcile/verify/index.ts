export { type FindingKind, findingKinds, type KeyFinding } from './finding.ts';
export { compareKeys, KeyOrderError } from './key-order.ts';
export { createRepair, type Repair, type RepairResult } from './repair.ts';
export { keptFindings, type VerifyOptions, type VerifyReport, verify } from './verify.ts';
