import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startRuntimeApi } from './lambda-runtime-api.ts';

interface LambdaRuntimeOptions {
  /** Where the package was unpacked. */
  folder: string;
  /** As Lambda expects it: `index.handler`. */
  handler: string;
  env: Record<string, string>;
}

/** A running function. */
export interface LambdaRuntime {
  /** Resolves to what the function returns, and rejects with what it throws. */
  invoke(event: unknown): Promise<unknown>;
  pid: number;
  /** The lines that the function wrote. */
  log: string[];
  stop(): Promise<void>;
}

/** Runs a package as Lambda does: in a process with only its folder and its variables. */
export async function startLambdaRuntime(options: LambdaRuntimeOptions): Promise<LambdaRuntime> {
  const { folder, handler, env } = options;
  const api = await startRuntimeApi();
  const child = spawn(process.execPath, [join(import.meta.dirname, 'lambda-bootstrap.ts')], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      LAMBDA_TASK_ROOT: folder,
      _HANDLER: handler,
      AWS_LAMBDA_RUNTIME_API: api.address,
      AWS_LAMBDA_FUNCTION_NAME: 'grayscale-test',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/grayscale-test',
      AWS_LAMBDA_LOG_STREAM_NAME: 'test',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      ...env,
    },
  });
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => log.push(...chunk.split('\n')));
  }
  const ended = once(child, 'exit').then(() => {
    api.failAll(new Error(`The function’s process ended. It wrote:\n${log.join('\n')}`));
  });
  return {
    invoke: api.invoke,
    pid: child.pid ?? 0,
    log,
    async stop() {
      child.kill('SIGKILL');
      await ended;
      api.close();
    },
  };
}
