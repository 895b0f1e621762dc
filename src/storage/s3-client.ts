// Loaded on demand by this name and not by the package's: a bundle then contains only what is used.
export { S3Client } from '@aws-sdk/client-s3';
