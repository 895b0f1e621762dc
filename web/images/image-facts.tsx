import './image-facts.css';
import type { ComponentChildren } from 'preact';
import type { Image } from '../../src/server/api/schemas.ts';
import {
  formatBytes,
  formatChange,
  formatMs,
  formatQuantity,
  formatTime,
} from '../elements/units.ts';

type Loss = NonNullable<Image['output']>['losses'][number];

const lossMeanings = {
  alpha: 'transparency was flattened, dropped, or reduced to fully opaque or fully transparent',
  depth: 'the source has more bits per sample',
  frames: 'frames or pages after the first were dropped',
  truncated: 'the file was truncated; the missing part is gray',
  'animation timing': 'frames are kept, but not their durations',
  highlights: 'light brighter than reference white was clipped to white',
  colour: 'the colour information is not understood; the colours were treated as sRGB',
  copyright: 'the recipe keeps creator and copyright; the output format cannot',
  resolution: 'the source states its resolution; the output format cannot',
} satisfies Record<Loss, string>;

/** The row's details other than its status. */
export function ImageFacts({ image }: { image: Image }) {
  const { source, output, recipe } = image;
  const sizes =
    output && source.sizeBytes !== null && output.sizeBytes !== null
      ? `${formatBytes(source.sizeBytes)} to ${formatBytes(output.sizeBytes)} (${formatChange(source.sizeBytes, output.sizeBytes)})`
      : source.sizeBytes !== null && formatBytes(source.sizeBytes);
  return (
    <>
      {output && output.losses.length > 0 && (
        <section>
          <h3>Losses</h3>
          <ul class="image-losses">
            {output.losses.map((loss) => (
              <li key={loss}>
                <strong>{loss}</strong>: {lossMeanings[loss]}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h3>Details</h3>
        <dl class="image-facts">
          <Fact name="Size">{output?.width && `${output.width} × ${output.height}`}</Fact>
          <Fact name="Bytes">{sizes}</Fact>
          <Fact name="Time">{formatMs(image.durationMs)}</Fact>
          <Fact name="Formats">{[source.format, output?.format].filter(Boolean).join(' to ')}</Fact>
          <Fact name="Colours">
            {source.colourfulness && describeColours(source.colourfulness)}
          </Fact>
          <Fact name="Gray">
            {output?.channels &&
              output.depth &&
              `${formatQuantity(output.depth, 'bit')}, ${formatQuantity(output.channels, 'channel')}`}
          </Fact>
          <Fact name="Recipe">{recipe?.text}</Fact>
          <Fact name="Source">{source.key && <code>{`${source.bucket}/${source.key}`}</code>}</Fact>
          <Fact name="Output">{output && <code>{`${output.bucket}/${output.key}`}</code>}</Fact>
          <Fact name="SHA-256">{output?.sha256 && <code>{output.sha256}</code>}</Fact>
          <Fact name="Attempts">{image.attempts}</Fact>
          <Fact name="Version">
            {image.processorVersion}
            {image.coldStart && ', cold start'}
          </Fact>
          <Fact name="Recorded">{formatTime(image.recordedAt)}</Fact>
        </dl>
      </section>
    </>
  );
}

/** Omitted if the value is unknown. */
function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  if (children === null || children === undefined || children === '' || children === false) {
    return null;
  }
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

type Colourfulness = NonNullable<Image['source']['colourfulness']>;

function describeColours({ max, p99, isNeutral }: Colourfulness): string {
  if (max === 0) return 'gray all along';
  const chroma = `chroma up to ${max}, 99 % of it up to ${p99}`;
  return isNeutral ? `gray all along, with noise (${chroma})` : chroma;
}
