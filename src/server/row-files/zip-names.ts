import { dirname } from 'node:path/posix';
import { downloadName } from '../../pipeline/index.ts';

/**
 * Returns unique names for files in a ZIP: the folder of the key and the `downloadName`. Keys are
 * untrusted, so no name may leave the folder into which the ZIP is extracted.
 */
export function createZipNames(): (key: string, format: string | null) => string {
  const taken = new Set<string>();
  return (key, format) => {
    const name = downloadName(key, format);
    const extension = name.slice(name.lastIndexOf('.'));
    const folder = dirname(key);
    const stem = name.slice(0, name.length - extension.length);
    const inFolder = (file: string) => withoutEscapes(folder === '.' ? file : `${folder}/${file}`);
    // The outputs of a.jpg and a.webp are both named a.png.
    for (const candidate of [name, key.slice(key.lastIndexOf('/') + 1) + extension]) {
      if (take(inFolder(candidate))) return inFolder(candidate);
    }
    for (let number = 2; ; number++) {
      const numbered = inFolder(`${stem}-${number}${extension}`);
      if (take(numbered)) return numbered;
    }
  };

  /** Many file systems do not distinguish upper and lower case. */
  function take(name: string): boolean {
    const folded = name.toLowerCase();
    if (taken.has(folded)) return false;
    taken.add(folded);
    return true;
  }
}

/** Replaces absolute paths, `..`, and what Windows treats as a separator or a drive. */
function withoutEscapes(path: string): string {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => (/^\.+$/.test(segment) ? '_' : segment.replace(/[\\:\p{Cc}]/gu, '_')))
    .join('/');
}
