import './compare-slider.css';
import { useState } from 'preact/hooks';

interface CompareSliderProps {
  name: string;
  original: string;
  gray: string;
  width: number | null;
  height: number | null;
}

/** Overlays an image and its gray version; pointer and arrow keys move the divider between them. */
export function CompareSlider({ name, original, gray, width, height }: CompareSliderProps) {
  const [at, setAt] = useState(50);
  // Browsers cannot show every supported format.
  const [hasOriginal, setHasOriginal] = useState(true);
  const ratio = width && height ? `${width} / ${height}` : '3 / 2';
  const size = { width: width ?? undefined, height: height ?? undefined };
  return (
    <figure class="compare" style={{ '--ratio': ratio, '--at': `${at}%` }}>
      <img class="compare-gray" src={gray} alt={`${name} in grayscale`} {...size} />
      {hasOriginal ? (
        <>
          <img
            class="compare-original"
            src={original}
            alt={`${name}, original`}
            onError={() => setHasOriginal(false)}
            {...size}
          />
          <span class="compare-divider" aria-hidden="true" />
          <span class="compare-label compare-label-original" aria-hidden="true">
            original
          </span>
          <input
            type="range"
            min="0"
            max="100"
            value={at}
            aria-label={`Visible part of the original of ${name}`}
            aria-valuetext={`${at} % original, ${100 - at} % gray`}
            onInput={({ currentTarget }) => setAt(Number(currentTarget.value))}
          />
        </>
      ) : (
        <figcaption class="compare-label compare-label-original">
          This browser cannot display the original
        </figcaption>
      )}
      <span class="compare-label compare-label-gray" aria-hidden="true">
        gray
      </span>
    </figure>
  );
}
