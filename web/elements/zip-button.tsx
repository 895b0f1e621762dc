import { useState } from 'preact/hooks';
import type { Image } from '../../src/server/api/schemas.ts';
import { messageOf, send } from '../api/request.ts';
import { type GrayFile, grayFileName } from './convert-image.ts';
import { saveFile } from './save-file.ts';

/** The server's limit for one request. */
const maxIds = 10_000;

type LocalFile = { key: string; gray: GrayFile };

interface ZipButtonProps {
  isDisabled: boolean;
  /** Called when the user clicks. */
  imagesOf: () => readonly Image[];
  /** Files that only the browser has. */
  filesOf?: () => readonly LocalFile[];
  children: string;
}

/** Downloads the gray files of images as one ZIP, or several if there are very many. */
export function ZipButton({ isDisabled, imagesOf, filesOf, children }: ZipButtonProps) {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const download = async () => {
    setIsBusy(true);
    setProblem(undefined);
    try {
      await downloadZip(imagesOf());
      await zipLocally(filesOf?.() ?? []);
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <>
      <button type="button" disabled={isDisabled || isBusy} onClick={() => void download()}>
        {isBusy ? 'Downloading …' : children}
      </button>
      {problem && <p role="alert">{problem}</p>}
    </>
  );
}

async function downloadZip(images: readonly Image[]): Promise<void> {
  // An image that was dropped twice has one row.
  const ids = [...new Set(images.map(({ id }) => id))];
  for (let from = 0; from < ids.length; from += maxIds) {
    const body = new URLSearchParams({ ids: ids.slice(from, from + maxIds).join(',') });
    const response = await send('/v1/images/zip', { method: 'POST', body });
    // Browsers keep large blobs on disk.
    saveFile(
      await response.blob(),
      from === 0 ? 'grayscale.zip' : `grayscale-${from / maxIds + 1}.zip`,
    );
  }
}

async function zipLocally(files: readonly LocalFile[]): Promise<void> {
  if (files.length === 0) return;
  const { downloadZip } = await import('client-zip');
  const taken = new Set<string>();
  const entries = files.map(({ key, gray: { blob, format } }) => ({
    name: freeName(key.slice(0, key.lastIndexOf('/') + 1) + grayFileName(key, format), taken),
    input: blob,
  }));
  saveFile(await downloadZip(entries).blob(), 'grayscale-not-stored.zip');
}

/** Two files that were dropped may have the same name. */
function freeName(name: string, taken: Set<string>): string {
  const [, stem = name, extension = ''] = /^(.*)(\.[^.]+)$/s.exec(name) ?? [];
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${stem}-${number}${extension}`;
  taken.add(free);
  return free;
}
