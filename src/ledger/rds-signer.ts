// Loaded on demand by this name and not by the package's: a bundle then contains only what is used.
export { Signer } from '@aws-sdk/rds-signer';
