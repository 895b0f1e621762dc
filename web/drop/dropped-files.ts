/** A picture, and the key that it is uploaded as. */
export interface NamedFile {
  file: File;
  key: string;
}

/** The files of a drop, those in folders with the folders in their keys. */
export async function filesOfDrop({ items, files }: DataTransfer): Promise<NamedFile[]> {
  // Entries must be asked for at once: a drop is over when its event is.
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  if (entries.length === 0) return filesOfList(files);
  return (await Promise.all(entries.map(filesOfEntry))).flat();
}

/** The files of a picker; a folder's files say where in it they are. */
export function filesOfList(files: Iterable<File>): NamedFile[] {
  return [...files]
    .filter(isVisible)
    .map((file) => ({ file, key: file.webkitRelativePath || file.name }));
}

/** Pasted pictures are all called alike. */
export function filesOfPaste({ files }: DataTransfer, now = new Date()): NamedFile[] {
  const time = now.toISOString().slice(0, 19).replaceAll(':', '-');
  return [...files].map((file, at) => {
    const isNameless = /^image\.\w+$/.test(file.name);
    const number = at === 0 ? '' : `-${at + 1}`;
    return { file, key: isNameless ? `pasted-${time}${number}${endingOf(file.name)}` : file.name };
  });
}

async function filesOfEntry(entry: FileSystemEntry): Promise<NamedFile[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return isVisible(file) ? [{ file, key: entry.fullPath.replace(/^\//, '') }] : [];
  }
  if (!isFolder(entry)) return [];
  const entries = await allOf(entry.createReader());
  return (await Promise.all(entries.map(filesOfEntry))).flat();
}

/** A reader gives a hundred or so at a time, and none when it has given all. */
async function allOf(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

/** Folders hold `.DS_Store` and its like. */
function isVisible({ name }: File): boolean {
  return !name.startsWith('.') && name !== 'Thumbs.db';
}

function endingOf(name: string): string {
  return name.slice(name.lastIndexOf('.'));
}
