// Loaded on demand by this name and not by the package's: a bundle then contains only what is used.
export { Crc32c, Crc64NvmeJs } from '@aws-sdk/checksums/crc';
