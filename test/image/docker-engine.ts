import { type Engine, imageName, unknownUser } from './engine.ts';
import { outputOf, runCommand, startCommand } from './run-command.ts';

export const dockerEngine: Engine = {
  async build(folder) {
    runCommand('docker', ['build', '--tag', imageName, folder]);
    const size = outputOf('docker', ['image', 'inspect', '--format', '{{.Size}}', imageName]);
    return { sizeBytes: Number(size) };
  },
  run(args, env) {
    const settings = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    return startCommand('docker', [
      ...['run', '--rm', '--init=false', '--read-only', '--tmpfs', '/tmp', '--network', 'host'],
      ...['--cap-drop', 'ALL', '--user', `${unknownUser}`, ...settings, imageName, ...args],
    ]);
  },
  close() {},
};
