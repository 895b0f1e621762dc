import './drop-page.css';
import { useState } from 'preact/hooks';
import { formatCount } from '../elements/units.ts';
import { ZipButton } from '../elements/zip-button.tsx';
import { CardGrid } from './card-grid.tsx';
import { DropZone } from './drop-zone.tsx';
import {
  clearFinished,
  convertedImages,
  droppedImages,
  finishedCount,
  grayFiles,
  needsAttention,
  tally,
} from './dropped-images.ts';
import { ExistingBar } from './existing-bar.tsx';
import { OptionsBar } from './options-bar.tsx';

/** Uploads images and shows each next to its gray version when that is ready. */
export function DropPage() {
  const [showsAttention, setShowsAttention] = useState(false);
  const all = droppedImages.value;
  return (
    <>
      <h1 class="for-readers">Drop images</h1>
      <DropZone isSmall={all.length > 0} />
      <OptionsBar />
      {all.length > 0 && (
        <DropBar
          showsAttention={showsAttention}
          onToggle={() => setShowsAttention(!showsAttention)}
        />
      )}
      <ExistingBar />
      {showsAttention ? <CardsToCheck /> : <CardGrid images={all} />}
    </>
  );
}

/** Separate, because it depends on the step of every image. */
function CardsToCheck() {
  return <CardGrid images={droppedImages.value.filter(({ step }) => needsAttention(step.value))} />;
}

function DropBar({ showsAttention, onToggle }: { showsAttention: boolean; onToggle: () => void }) {
  const count = droppedImages.value.length;
  const finished = finishedCount.value;
  const { notConverted, exists } = tally.value;
  return (
    <div class="drop-bar">
      <p role="status">
        {formatCount(finished)} of {formatCount(count)} done
        {notConverted > exists && `, ${formatCount(notConverted - exists)} not converted`}
      </p>
      {(notConverted > 0 || showsAttention) && (
        <button type="button" aria-pressed={showsAttention} onClick={onToggle}>
          Show only these
        </button>
      )}
      <ZipButton
        isDisabled={finished === notConverted - exists}
        imagesOf={convertedImages}
        filesOf={grayFiles}
      >
        Download all (ZIP)
      </ZipButton>
      <button type="button" disabled={finished === 0} onClick={clearFinished}>
        Clear finished
      </button>
    </div>
  );
}
