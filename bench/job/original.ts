import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Client } from 'pg';
import sharp from 'sharp';
import type { Job } from '../workers/worker.ts';

const s3 = new S3Client({ forcePathStyle: true });

/**
 * The original’s algorithm as a direct port: one image at a time, and a database connection for each.
 * Its conversion is the most obvious one in Node.
 */
export async function runOriginal({ bucket, keys }: Job): Promise<void> {
  for (const key of keys) await processImage(bucket, key);
}

async function processImage(bucket: string, key: string): Promise<void> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  if (!Body) throw new Error(`Expected ${key} to have a body.`);
  const gray = await sharp(await Body.transformToByteArray())
    .grayscale()
    .png()
    .toBuffer();
  const target = `grayscale/${key}`;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: target, Body: gray }));

  const client = new Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  await client.query(
    'INSERT INTO image_metadata (file_name, timestamp) VALUES ($1, CURRENT_TIMESTAMP)',
    [target],
  );
  await client.end();
}
