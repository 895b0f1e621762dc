import './drop-page.css';
import { useState } from 'preact/hooks';
import { messageOf } from '../api/request.ts';
import { downloadAll } from './download-all.ts';
import { DropZone } from './drop-zone.tsx';
import { clearFinished, droppedImages, isFinished } from './dropped-images.ts';
import { ExistingBar } from './existing-bar.tsx';
import { ImageCard } from './image-card.tsx';

/** Uploads images and shows each next to its gray version when that is ready. */
export function DropPage() {
  const all = droppedImages.value;
  const images = all.flatMap(({ step }) => (step.name === 'done' ? step.image : []));
  const converted = images.filter(({ status }) => status === 'converted');
  const finished = all.filter(isFinished).length;
  return (
    <>
      <h1 class="for-readers">Drop images</h1>
      <DropZone isSmall={all.length > 0} />
      {all.length > 0 && (
        <div class="drop-bar">
          <p role="status">
            {finished} of {all.length} done
            {converted.length < finished && `, ${finished - converted.length} not converted`}
          </p>
          <DownloadAll images={converted} />
          <button type="button" disabled={finished === 0} onClick={clearFinished}>
            Clear finished
          </button>
        </div>
      )}
      <ExistingBar />
      <ul class="drop-images">
        {all.map((dropped) => (
          <li key={dropped.id}>
            <ImageCard dropped={dropped} />
          </li>
        ))}
      </ul>
    </>
  );
}

function DownloadAll({ images }: { images: Parameters<typeof downloadAll>[0] }) {
  const [done, setDone] = useState<number | undefined>();
  const [problem, setProblem] = useState<string>();
  const download = async () => {
    setProblem(undefined);
    setDone(0);
    try {
      await downloadAll(images, setDone);
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setDone(undefined);
    }
  };
  return (
    <>
      <button
        type="button"
        disabled={images.length === 0 || done !== undefined}
        onClick={() => void download()}
      >
        {done === undefined ? 'Download all (ZIP)' : `Packing ${done} of ${images.length} …`}
      </button>
      {problem && <p role="alert">{problem}</p>}
    </>
  );
}
