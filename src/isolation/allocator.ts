/**
 * What processes that convert are started with. glibc gives the memory of large pixel buffers back to
 * the system as soon as they are freed, and asks for it again page by page for the next image. So one
 * heap keeps up to 128 MiB between images, in large pages where glibc has them (from 2.35 on). Other C
 * libraries ignore these variables. What they save is in docs/performance.md.
 */
export const allocatorSettings = {
  GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_MAX_: '0',
  MALLOC_TRIM_THRESHOLD_: String(128 * 2 ** 20),
};
