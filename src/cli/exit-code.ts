/** 0 done, 1 something failed, 2 usage error. */
export type ExitCode = 0 | 1 | 2;
