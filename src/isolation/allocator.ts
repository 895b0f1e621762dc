/**
 * Environment of processes that convert. By default glibc returns the memory of large pixel buffers
 * to the system as soon as they are freed, and requests it again page by page for the next image.
 * With these settings, one heap keeps up to 128 MiB between images, in large pages where glibc
 * supports them (2.35 and later). Other C libraries ignore these variables. docs/performance.md has
 * the measured savings.
 */
export const allocatorSettings = {
  GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_MAX_: '0',
  MALLOC_TRIM_THRESHOLD_: String(128 * 2 ** 20),
};
