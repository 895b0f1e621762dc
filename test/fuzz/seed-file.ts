/** A whole file, to be changed. */
export interface SeedFile {
  name: string;
  bytes: Buffer;
}
