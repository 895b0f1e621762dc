import { useState } from 'preact/hooks';
import type { Image } from '../../src/server/api/schemas.ts';
import { messageOf, send } from '../api/request.ts';
import { saveFile } from './save-file.ts';

/** The server's limit for one request. */
const maxIds = 10_000;

interface ZipButtonProps {
  isDisabled: boolean;
  /** Called when the user clicks. */
  imagesOf: () => readonly Image[];
  children: string;
}

/** Downloads the gray files of images as one ZIP, or several if there are very many. */
export function ZipButton({ isDisabled, imagesOf, children }: ZipButtonProps) {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const download = async () => {
    setIsBusy(true);
    setProblem(undefined);
    try {
      await downloadZip(imagesOf());
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
