import './picture-card.css';
import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import type { Image } from '../../src/server/api/schemas.ts';
import { CompareSlider } from '../elements/compare-slider.tsx';
import { MethodComparison } from '../elements/method-comparison.tsx';
import { grayPictureOf } from '../elements/picture-of.ts';
import { RetryButton } from '../elements/retry-button.tsx';
import { StatusMark } from '../elements/status-mark.tsx';
import { formatBytes, formatChange, formatMs } from '../elements/units.ts';
import { type Picture, sendAgain, setImage } from './pictures.ts';

/** One image: its progress, then its outcome. */
export function PictureCard({ picture }: { picture: Picture }) {
  const { key, file, step } = picture;
  return (
    <article class="card picture-card" aria-label={key}>
      {step.is === 'done' && <Outcome picture={picture} image={step.image} />}
      <div class="picture-card-text">
        <h2 class="picture-card-name">{key}</h2>
        {step.is === 'waiting' && <p class="soft">Waiting for its turn …</p>}
        {step.is === 'sending' && (
          <Progress name={key} share={step.share}>
            Sending {formatBytes(step.share * file.size)} of {formatBytes(file.size)}
          </Progress>
        )}
        {step.is === 'converting' && <Progress name={key}>Converting …</Progress>}
        {step.is === 'refused' && (
          <>
            <p role="alert">{step.reason}</p>
            <p>
              <button type="button" onClick={() => sendAgain(picture.id)}>
                Send it again
              </button>
            </p>
          </>
        )}
        {step.is === 'done' && <Facts picture={picture} image={step.image} tookMs={step.tookMs} />}
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

function Outcome({ picture, image }: { picture: Picture; image: Image }) {
  const gray = grayPictureOf(image);
  if (gray === null) return null;
  const { width = null, height = null } = image.output ?? {};
  return (
    <CompareSlider
      name={picture.key}
      original={picture.url}
      gray={gray}
      width={width}
      height={height}
    />
  );
}

function Facts({ picture, image, tookMs }: { picture: Picture; image: Image; tookMs: number }) {
  const [isComparing, setIsComparing] = useState(false);
  const { output, links, status, code, message } = image;
  return (
    <>
      {output ? (
        <p class="soft">
          {output.width} × {output.height} · {formatBytes(picture.file.size)} to{' '}
          {formatBytes(output.sizeBytes ?? 0)} {output.format?.toUpperCase()} (
          {formatChange(picture.file.size, output.sizeBytes ?? 0)}) · converted in{' '}
          {formatMs(image.durationMs)}, here after {formatMs(tookMs)}
        </p>
      ) : (
        <p>
          <StatusMark status={status} /> <code>{code}</code> {message}
        </p>
      )}
      <p class="picture-card-links">
        {links.gray && (
          <a class="button" href={links.gray} download={output?.key.split('/').at(-1)}>
            Download
          </a>
        )}
        {status === 'converted' && (
          <button type="button" onClick={() => setIsComparing(true)}>
            Compare methods
          </button>
        )}
        {status === 'failed' && (
          <RetryButton image={image} onDone={(next) => setImage(picture.id, next)} />
        )}
        <Link class="button" href={`/images?image=${image.id}`}>
          Details
        </Link>
      </p>
      {isComparing && (
        <MethodComparison
          name={picture.key}
          load={async () => picture.file}
          onClose={() => setIsComparing(false)}
        />
      )}
    </>
  );
}
