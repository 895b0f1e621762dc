import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

type Edit = (text: string, version: string, date: string) => string;

/** The files that contain the version. */
const edits: Record<string, Edit> = {
  'package.json': (text, version) => replaceOnce(text, /^ {2}"version": ".+?"/m, version),
  // The version is that of the root, and of the package at the path "".
  'package-lock.json': (text, version) =>
    replaceOnce(
      replaceOnce(text, /^ {2}"version": ".+?"/m, version),
      /^ {4}"": \{\n {6}"name": ".+?",\n {6}"version": ".+?"/m,
      version,
    ),
  'src/version.ts': (text, version) =>
    text.replace(/(export const version = ')[^']+'/, `$1${version}'`),
  'postman/collection.json': (text, version) =>
    text.replace(/("description": "Version )\S+(\. Generated)/, `$1${version}$2`),
  'CHANGELOG.md': (text, version, date) =>
    text.replace(unreleased, `## Unreleased\n\n## ${version} (${date})\n`),
};

const unreleased = /^## Unreleased\n/m;

/** Writes the version into every file that contains it. Returns the paths of these files. */
export async function setVersion(root: string, version: string, now: Date): Promise<string[]> {
  const date = now.toISOString().slice(0, 10);
  for (const [path, edit] of Object.entries(edits)) {
    const text = await readFile(join(root, path), 'utf8');
    await writeFile(join(root, path), edit(text, version, date));
  }
  return Object.keys(edits);
}

/** Returns the text below "## Unreleased", up to the next version. */
export function unreleasedChanges(changelog: string): string {
  return sectionOf(changelog, 'Unreleased');
}

/** Returns the text of a version in the changelog, without its heading. */
export function sectionOf(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.split(/[\s(]/, 1)[0] === version) ?? '';
  return section.slice(section.indexOf('\n') + 1).trim();
}

function replaceOnce(text: string, pattern: RegExp, version: string): string {
  return text.replace(pattern, (match) => match.replace(/"[^"]+"$/, `"${version}"`));
}
