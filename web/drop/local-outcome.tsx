import { useState } from 'preact/hooks';
import { CompareSlider } from '../elements/compare-slider.tsx';
import { type GrayFile, grayFileName } from '../elements/convert-image.ts';
import { isDisplayable } from '../elements/gray-image-url.ts';
import { MethodComparison } from '../elements/method-comparison.tsx';
import { formatBytes, formatChange, formatMs, formatQuantity } from '../elements/units.ts';
import { ZoomDialog } from '../elements/zoom-dialog.tsx';
import type { DroppedImage } from './dropped-images.ts';
import { convertWith, storeImage } from './send-images.ts';

interface LocalOutcomeProps {
  dropped: DroppedImage;
  gray: GrayFile;
}

/** An image next to its gray version, which is not stored. */
export function LocalOutcome({ dropped, gray }: LocalOutcomeProps) {
  if (!isDisplayable(gray.format)) return null;
  const { width, height, url } = gray;
  const name = dropped.key.value;
  return (
    <CompareSlider key={url} name={name} original={dropped.url} gray={url} {...{ width, height }} />
  );
}

/** The figures of a gray file that is not stored, and what can be done with it. */
export function LocalFacts({ dropped, gray, tookMs }: LocalOutcomeProps & { tookMs: number }) {
  const [open, setOpen] = useState<'compare' | 'zoom'>();
  const name = dropped.key.value;
  const { size } = dropped.file;
  const close = () => setOpen(undefined);
  return (
    <>
      <p class="soft">
        {gray.width} × {gray.height} · {formatBytes(size)} to {formatBytes(gray.blob.size)}{' '}
        {gray.format.toUpperCase()} ({formatChange(size, gray.blob.size)}),{' '}
        {formatQuantity(gray.depth, 'bit')} · converted in {formatMs(gray.workMs)}, done after{' '}
        {formatMs(tookMs)} · not stored
      </p>
      {gray.losses && <p class="soft">Losses: {gray.losses}</p>}
      {!isDisplayable(gray.format) && <p class="soft">Browsers do not display this format.</p>}
      <p class="image-card-links">
        <a class="button" href={gray.url} download={grayFileName(name, gray.format)}>
          Download
        </a>
        {isDisplayable(gray.format) && (
          <button type="button" onClick={() => setOpen('zoom')}>
            Full size
          </button>
        )}
        <button type="button" onClick={() => setOpen('compare')}>
          Compare methods
        </button>
        <button type="button" onClick={() => storeImage(dropped)}>
          Store original
        </button>
      </p>
      {open === 'zoom' && <ZoomDialog name={name} url={gray.url} onClose={close} />}
      {open === 'compare' && (
        <MethodComparison
          name={name}
          load={async () => dropped.file}
          onUse={(method) => convertWith(dropped, method)}
          onClose={close}
        />
      )}
    </>
  );
}
