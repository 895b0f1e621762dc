import './detail-panel.css';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Image } from '../../src/server/api/schemas.ts';
import { getDocument, messageOf } from '../api/request.ts';
import { CompareSlider } from '../elements/compare-slider.tsx';
import { grayImageUrl } from '../elements/gray-image-url.ts';
import { StatusMark } from '../elements/status-mark.tsx';
import { DetailActions } from './detail-actions.tsx';
import { ImageFacts } from './image-facts.tsx';
import { StageWaterfall } from './stage-waterfall.tsx';

interface DetailPanelProps {
  id: string;
  /** The row, if the list has it. */
  listed: Image | undefined;
  onClose: () => void;
  onChange: (image: Image) => void;
  onRemoved: (id: string) => void;
}

/** All details of one image, and its actions. */
export function DetailPanel({ id, listed, onClose, onChange, onRemoved }: DetailPanelProps) {
  const { image, problem, setImage } = useImage(id, listed);
  const heading = useRef<HTMLHeadingElement>(null);
  // Moves the focus to the panel for screen readers, and afterwards back to its previous place. Before
  // the browser paints: on a phone, the list is hidden from then on, and loses the focus.
  useLayoutEffect(() => {
    const before = document.activeElement;
    heading.current?.focus();
    // On a phone the list cannot take the focus until the panel is closed.
    return () => void setTimeout(() => before instanceof HTMLElement && before.focus());
  }, []);
  useEffect(() => {
    const close = ({ key }: KeyboardEvent) => {
      if (key === 'Escape' && !document.querySelector('dialog[open]')) onClose();
    };
    addEventListener('keydown', close);
    return () => removeEventListener('keydown', close);
  }, [onClose]);
  return (
    <aside class="card detail" aria-label="Image details">
      <header class="detail-head">
        <h2 ref={heading} tabIndex={-1}>
          {image?.source.key ?? `Image ${id}`}
        </h2>
        <button type="button" aria-label="Close" onClick={onClose}>
          ✕
        </button>
      </header>
      {problem && <p role="alert">{problem}</p>}
      {!image && !problem && <p class="soft">Loading …</p>}
      {image && (
        <>
          <Comparison image={image} />
          <p>
            <StatusMark status={image.status} /> {image.code && <code>{image.code}</code>}
          </p>
          {image.message && <p>{image.message}</p>}
          <DetailActions
            image={image}
            onRetried={(next) => {
              setImage(next);
              onChange(next);
            }}
            onRemoved={() => onRemoved(id)}
          />
          <section>
            <h3>Stages</h3>
            <StageWaterfall stagesMs={image.stagesMs} />
          </section>
          <ImageFacts image={image} />
        </>
      )}
    </aside>
  );
}

function Comparison({ image }: { image: Image }) {
  const gray = grayImageUrl(image);
  if (gray === null || image.links.source === null) return null;
  const { width = null, height = null } = image.output ?? {};
  return (
    <CompareSlider
      key={image.recordedAt}
      name={image.source.key ?? `image ${image.id}`}
      original={image.links.source}
      gray={gray}
      width={width}
      height={height}
    />
  );
}

/** The row from the list, or else from the API: a URL may name any row. */
function useImage(id: string, listed: Image | undefined) {
  const [image, setImage] = useState(listed);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    if (listed) {
      setImage(listed);
      setProblem(undefined);
      return;
    }
    const leaving = new AbortController();
    getDocument<Image>(`/v1/images/${encodeURIComponent(id)}`, { signal: leaving.signal }).then(
      setImage,
      (error) => {
        if (!leaving.signal.aborted) setProblem(messageOf(error));
      },
    );
    return () => leaving.abort();
  }, [id, listed]);
  return { image, problem, setImage };
}
