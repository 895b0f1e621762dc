/** 0 done, 1 something failed, 2 wrong use. */
export type ExitCode = 0 | 1 | 2;
