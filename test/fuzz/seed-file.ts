/** An unmodified file that mutations start from. */
export interface SeedFile {
  name: string;
  bytes: Buffer;
}
