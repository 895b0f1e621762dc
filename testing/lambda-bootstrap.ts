// What Lambda's Node.js runtime does in the function's process, without its native client: find the
// handler, then request one event after the other from the Runtime API.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
import { join } from 'node:path';

const { LAMBDA_TASK_ROOT = '', _HANDLER = '', AWS_LAMBDA_RUNTIME_API } = process.env;
const api = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const [file = '', name = ''] = _HANDLER.split('.');

let handler: (event: unknown, context: object) => Promise<unknown>;
try {
  handler = (await import(join(LAMBDA_TASK_ROOT, `${file}.js`)))[name];
} catch (error) {
  await post('init/error', formatted(error));
  process.exit(1);
}

while (true) {
  const next = await fetch(`${api}/invocation/next`);
  const header = (name: string) => next.headers.get(`lambda-runtime-${name}`) ?? '';
  const id = header('aws-request-id');
  const deadlineMs = Number(header('deadline-ms'));
  try {
    const answer = await handler(await next.json(), {
      awsRequestId: id,
      invokedFunctionArn: header('invoked-function-arn'),
      functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
      functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
      memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
      logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
      logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
      getRemainingTimeInMillis: () => deadlineMs - Date.now(),
    });
    await post(`invocation/${id}/response`, answer ?? null);
  } catch (error) {
    await post(`invocation/${id}/error`, formatted(error));
  }
}

async function post(path: string, body: unknown): Promise<void> {
  await fetch(`${api}/${path}`, { method: 'POST', body: JSON.stringify(body) });
}

function formatted(error: unknown) {
  const { name, message, stack = '' } = error as Error;
  return { errorType: name, errorMessage: message, trace: stack.split('\n') };
}
