import './zoom-dialog.css';
import { useEffect, useRef, useState } from 'preact/hooks';

interface ZoomDialogProps {
  name: string;
  url: string;
  onClose: () => void;
}

/** In device-independent pixels per image pixel; `fit` fills the dialog. */
type Zoom = 'fit' | number;
const factor = 1.5;
const range = { min: 0.05, max: 16 };

/** Shows an image in full size. Buttons, `+`, `-`, `0` and `1` zoom; scrolling moves. */
export function ZoomDialog({ name, url, onClose }: ZoomDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const image = useRef<HTMLImageElement>(null);
  const [zoom, setZoom] = useState<Zoom>('fit');
  const [natural, setNatural] = useState({ width: 0, height: 0 });
  useEffect(() => dialog.current?.showModal(), []);
  const shownZoom = () =>
    natural.width === 0 ? 1 : (image.current?.clientWidth ?? 0) / natural.width;
  const zoomBy = (by: number) =>
    setZoom(Math.min(range.max, Math.max(range.min, shownZoom() * by)));
  const keys: Record<string, () => void> = {
    '+': () => zoomBy(factor),
    '=': () => zoomBy(factor),
    '-': () => zoomBy(1 / factor),
    '0': () => setZoom('fit'),
    '1': () => setZoom(1),
  };
  const size =
    zoom === 'fit'
      ? {}
      : { width: `${natural.width * zoom}px`, height: `${natural.height * zoom}px` };
  return (
    <dialog
      ref={dialog}
      class="zoom"
      aria-label={`${name} in full size`}
      onClose={onClose}
      onKeyDown={({ key, ctrlKey, metaKey }) => ctrlKey || metaKey || keys[key]?.()}
    >
      <header class="zoom-head">
        <h2>{name}</h2>
        <p class="soft" role="status">
          {natural.width > 0 && `${natural.width} × ${natural.height}`}
          {zoom !== 'fit' && ` · ${Math.round(zoom * 100)} %`}
        </p>
        <button type="button" aria-label="Zoom out" onClick={() => zoomBy(1 / factor)}>
          −
        </button>
        <button type="button" aria-label="Zoom in" onClick={() => zoomBy(factor)}>
          +
        </button>
        <button type="button" aria-pressed={zoom === 1} onClick={() => setZoom(1)}>
          100 %
        </button>
        <button type="button" aria-pressed={zoom === 'fit'} onClick={() => setZoom('fit')}>
          Fit
        </button>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </header>
      <section
        class={`zoom-view ${zoom === 'fit' ? 'zoom-fit' : ''}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys scroll it
        tabIndex={0}
        aria-label="Image; the arrow keys move it"
      >
        <img
          ref={image}
          src={url}
          alt={`${name} in grayscale`}
          style={size}
          class={zoom !== 'fit' && zoom >= 2 ? 'zoom-pixels' : ''}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setNatural({ width: naturalWidth, height: naturalHeight })
          }
        />
      </section>
    </dialog>
  );
}
