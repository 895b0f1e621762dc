import './image-card.css';
import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import type { Image } from '../../src/server/api/schemas.ts';
import { CompareSlider } from '../elements/compare-slider.tsx';
import { fullSizeUrl, grayImageUrl } from '../elements/gray-image-url.ts';
import { MethodComparison } from '../elements/method-comparison.tsx';
import { RetryButton } from '../elements/retry-button.tsx';
import { StatusMark } from '../elements/status-mark.tsx';
import { formatBytes, formatChange, formatMs } from '../elements/units.ts';
import { ZoomDialog } from '../elements/zoom-dialog.tsx';
import { type DroppedImage, setImage } from './dropped-images.ts';
import { ExistingChoices } from './existing-bar.tsx';
import { LocalFacts, LocalOutcome } from './local-outcome.tsx';
import { convertWith, sendAgain } from './send-images.ts';

interface ImageCardProps {
  dropped: DroppedImage;
  /** From 1 on. */
  position: number;
  count: number;
}

/** One image: its progress, then its outcome. */
export function ImageCard({ dropped, position, count }: ImageCardProps) {
  const { file } = dropped;
  const key = dropped.key.value;
  const step = dropped.step.value;
  return (
    <article class="card image-card" aria-label={key} aria-posinset={position} aria-setsize={count}>
      {step.name === 'done' && <Outcome dropped={dropped} image={step.image} />}
      {step.name === 'ready' && <LocalOutcome dropped={dropped} gray={step.gray} />}
      <div class="image-card-text">
        <h2 class="image-card-name">{key}</h2>
        {step.name === 'waiting' && <p class="soft">Waiting …</p>}
        {step.name === 'sending' && (
          <Progress name={key} share={step.share}>
            Sending {formatBytes(step.share * file.size)} of {formatBytes(file.size)}
          </Progress>
        )}
        {step.name === 'converting' && <Progress name={key}>Converting …</Progress>}
        {step.name === 'exists' && (
          <>
            <p>The bucket already contains an image of this name.</p>
            <ExistingChoices dropped={dropped} />
          </>
        )}
        {step.name === 'skipped' && (
          <p class="soft">Skipped: the image in the bucket is unchanged.</p>
        )}
        {step.name === 'refused' && (
          <>
            <p role="alert">{step.reason}</p>
            <p>
              <button type="button" onClick={() => sendAgain(dropped)}>
                {dropped.recipe ? 'Convert again' : 'Send again'}
              </button>
            </p>
          </>
        )}
        {step.name === 'done' && (
          <Facts dropped={dropped} image={step.image} tookMs={step.tookMs} />
        )}
        {step.name === 'ready' && (
          <LocalFacts dropped={dropped} gray={step.gray} tookMs={step.tookMs} />
        )}
      </div>
    </article>
  );
}

function Progress({ name, share, children }: ProgressProps) {
  return (
    <>
      <p class="soft">{children}</p>
      <progress value={share} max="1" aria-label={`Progress of ${name}`} />
    </>
  );
}

interface ProgressProps {
  name: string;
  /** Omitted if the progress is unknown. */
  share?: number;
  children: preact.ComponentChildren;
}

function Outcome({ dropped, image }: { dropped: DroppedImage; image: Image }) {
  const gray = grayImageUrl(image);
  if (gray === null) return null;
  const { width = null, height = null } = image.output ?? {};
  return (
    <CompareSlider
      name={dropped.key.value}
      original={dropped.url}
      gray={gray}
      width={width}
      height={height}
    />
  );
}

function Facts({
  dropped,
  image,
  tookMs,
}: {
  dropped: DroppedImage;
  image: Image;
  tookMs: number;
}) {
  const [open, setOpen] = useState<'compare' | 'zoom'>();
  const fullSize = fullSizeUrl(image);
  const close = () => setOpen(undefined);
  const { output, links, status, code, message } = image;
  return (
    <>
      {output ? (
        <p class="soft">
          {output.width} × {output.height} · {formatBytes(dropped.file.size)} to{' '}
          {formatBytes(output.sizeBytes ?? 0)} {output.format?.toUpperCase()} (
          {formatChange(dropped.file.size, output.sizeBytes ?? 0)}) · converted in{' '}
          {formatMs(image.durationMs)}
          {tookMs >= image.durationMs && `, done after ${formatMs(tookMs)}`}
        </p>
      ) : (
        <p>
          <StatusMark status={status} /> <code>{code}</code> {message}
        </p>
      )}
      <p class="image-card-links">
        {links.gray && (
          <a class="button" href={links.gray} download>
            Download
          </a>
        )}
        {fullSize && (
          <button type="button" onClick={() => setOpen('zoom')}>
            Full size
          </button>
        )}
        {status === 'converted' && (
          <button type="button" onClick={() => setOpen('compare')}>
            Compare methods
          </button>
        )}
        {status === 'failed' && (
          <RetryButton image={image} onDone={(next) => setImage(dropped, next)} />
        )}
        <Link class="button" href={`/images?image=${image.id}`}>
          Details
        </Link>
      </p>
      {open === 'zoom' && fullSize && (
        <ZoomDialog name={dropped.key.value} url={fullSize} onClose={close} />
      )}
      {open === 'compare' && (
        <MethodComparison
          name={dropped.key.value}
          load={async () => dropped.file}
          onUse={(method) => convertWith(dropped, method)}
          onClose={close}
        />
      )}
    </>
  );
}
