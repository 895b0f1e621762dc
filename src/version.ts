/** The version of this processor, stored with every row and output; a test holds it to package.json. */
export const version = '0.1.0';

/**
 * Raise it when the same source and recipe may give other bytes. Stored with every output: see
 * docs/adr/0023-engine-version.md.
 */
export const engineVersion = '2';
