// Reports a Node that is too old in one sentence, before anything it cannot parse is loaded.
// From a checkout the TypeScript sources are run as they are, which needs 22.18; the published
// package holds JavaScript, for which 22.15 is enough.
import { existsSync } from 'node:fs';

export const runsFromSources = existsSync(new URL('../src', import.meta.url));

const needed = runsFromSources ? [22, 18] : [22, 15];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  console.error(
    `grayscale needs Node ${needed.join('.')} or newer, but this is Node ${process.versions.node}` +
      (runsFromSources
        ? ': run `npm ci` (it installs Node 24 in node_modules, unless scripts are disabled) and start it through npm or npx.'
        : ': install a newer Node.'),
  );
  process.exit(1);
}
