// glibc gives the memory of large pixel buffers back to the system as soon as they are freed, and asks
// for it again page by page for the next image. It reads these variables when a process starts;
// other C libraries ignore them. What they save is in docs/performance.md.

/** For processes that are started to convert: large pages, and no heap for each thread. */
export const largePages = {
  GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
  MALLOC_ARENA_MAX: '2',
};

/**
 * The same where glibc is older than 2.35, as on AWS Lambda: it has no large pages, so that one heap
 * keeps the memory between images. That holds more of it, which Lambda has set aside anyway.
 */
export const keptMemory = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_MAX_: '0',
  MALLOC_TRIM_THRESHOLD_: String(128 * 2 ** 20),
};
