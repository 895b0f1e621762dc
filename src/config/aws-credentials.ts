import { existsSync } from 'node:fs';

export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

/**
 * Variables that do not change how the SDK sends requests, or that the program also reads. Powertools
 * sets SDK_UA_APP_ID, a name in the SDK's `user-agent`.
 */
const plainVariables =
  /^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|REGION|DEFAULT_REGION|ENDPOINT_URL(_S3|_SQS)?|EXECUTION_ENV|EC2_METADATA_DISABLED|CA_BUNDLE|SDK_UA_APP_ID|(LAMBDA|XRAY)_\w+)$/;

/**
 * The credentials in the environment, if nothing else there concerns the AWS SDK, as on AWS Lambda.
 * Undefined if the SDK must find the credentials, or reads other settings: profiles, files of
 * settings, or any variable that is not known here.
 */
export function findAwsCredentials(
  env: Record<string, string | undefined>,
  settingsFolder: string,
): AwsCredentials | undefined {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  if (!accessKeyId || !secretAccessKey) return undefined;
  const isPlain = (name: string) => !name.startsWith('AWS_') || plainVariables.test(name);
  if (!Object.keys(env).every(isPlain) || existsSync(settingsFolder)) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}
