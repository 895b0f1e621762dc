/** An image and the key under which it is uploaded. */
export interface NamedFile {
  file: File;
  key: string;
}

/** The files of a drop. Keys of files in folders include the folders. */
export async function filesOfDrop({ items, files }: DataTransfer): Promise<NamedFile[]> {
  // Entries must be read synchronously: the drop's data is gone after its event.
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  if (entries.length === 0) return filesOfList(files);
  return (await Promise.all(entries.map(filesOfEntry))).flat();
}

/** The files of a picker; files of a chosen folder have paths relative to it. */
export function filesOfList(files: Iterable<File>): NamedFile[] {
  return [...files]
    .filter(isVisible)
    .map((file) => ({ file, key: file.webkitRelativePath || file.name }));
}

/** Pasted images all have the same name. */
export function filesOfPaste({ files }: DataTransfer, now = new Date()): NamedFile[] {
  const time = now.toISOString().slice(0, 19).replaceAll(':', '-');
  return [...files].map((file, at) => {
    const isNameless = /^image\.\w+$/.test(file.name);
    const number = at === 0 ? '' : `-${at + 1}`;
    return {
      file,
      key: isNameless ? `pasted-${time}${number}${extensionOf(file.name)}` : file.name,
    };
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

/** A reader returns about a hundred entries at a time, and an empty list at the end. */
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

/** Skips `.DS_Store` and similar files. */
function isVisible({ name }: File): boolean {
  return !name.startsWith('.') && name !== 'Thumbs.db';
}

function extensionOf(name: string): string {
  return name.slice(name.lastIndexOf('.'));
}
