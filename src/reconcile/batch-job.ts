import type { S3Location } from './classify-page.ts';

interface BatchJobOptions extends S3Location {
  outputBucket: string;
  outputPrefix: string;
  sinceMs?: number | undefined;
}

/**
 * Returns the commands with which S3 itself lists a bucket and calls the function for each object.
 * S3 does not know the ledger, so it converts already converted objects again. Roles and names come
 * from the stack's outputs.
 * https://docs.aws.amazon.com/cli/latest/reference/s3control/create-job.html
 */
export function batchJobCommands(options: BatchJobOptions): string {
  const { bucket, prefix, outputBucket, outputPrefix, sinceMs } = options;
  const filter = {
    ...(prefix !== '' && { KeyNameConstraint: { MatchAnyPrefix: [prefix] } }),
    ...(sinceMs !== undefined && { CreatedAfter: new Date(sinceMs).toISOString() }),
  };
  const generator = {
    S3JobManifestGenerator: {
      SourceBucket: `arn:aws:s3:::${bucket}`,
      EnableManifestOutput: false,
      ...(Object.keys(filter).length > 0 && { Filter: filter }),
    },
  };
  const report = {
    Enabled: true,
    Bucket: `arn:aws:s3:::${outputBucket}`,
    // Under the output prefix, so that an uploaded report is not treated as an image.
    Prefix: `${outputPrefix}backfill-reports`,
    Format: 'Report_CSV_20180820',
    ReportScope: 'FailedTasksOnly',
  };
  return `STACK=grayscale-production   # the stack that contains the function
output() {
  aws cloudformation describe-stacks --stack-name "$STACK" --output text \\
    --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue"
}
aws s3control create-job \\
  --account-id "$(aws sts get-caller-identity --query Account --output text)" \\
  --role-arn "$(output BatchJobRoleArn)" \\
  --operation '{"LambdaInvoke":{"InvocationSchemaVersion":"2.0","FunctionArn":"'"$(output FunctionArn)"'"}}' \\
  --manifest-generator ${shellQuote(generator)} \\
  --report ${shellQuote(report)} \\
  --priority 10 --confirmation-required --description 'grayscale backfill'
# The job waits for your confirmation:
#   aws s3control update-job-status --account-id ... --job-id ... --requested-job-status Ready`;
}

/** Quotes JSON as one word of a POSIX shell. */
function shellQuote(value: object): string {
  return `'${JSON.stringify(value).replaceAll("'", "'\\''")}'`;
}
