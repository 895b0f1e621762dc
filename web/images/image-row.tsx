import type { Image } from '../../src/server/api/schemas.ts';
import { StatusMark } from '../elements/status-mark.tsx';
import { formatAgo, formatBytes, formatMs, formatTime } from '../elements/units.ts';

interface ImageRowProps {
  image: Image;
  rowIndex: number;
  isActive: boolean;
  isOpen: boolean;
  isSelected: boolean;
  onOpen: () => void;
  onSelect: (event: { shiftKey: boolean }) => void;
}

/** One row of the ledger. */
export function ImageRow(props: ImageRowProps) {
  const { image, rowIndex, isActive, isOpen, isSelected, onOpen, onSelect } = props;
  const { id, source, output, status, code, recipe, durationMs, recordedAt } = image;
  return (
    <tr
      id={`image-${id}`}
      class={isActive ? 'image-row image-row-active' : 'image-row'}
      aria-rowindex={rowIndex}
      aria-selected={isSelected}
      aria-current={isOpen}
      onClick={onOpen}
    >
      <td class="column-select">
        <input
          type="checkbox"
          // The grid has the focus; Space selects.
          tabIndex={-1}
          aria-label={`Select ${source.key ?? id}`}
          checked={isSelected}
          onClick={(event) => {
            event.stopPropagation();
            onSelect(event);
          }}
        />
      </td>
      <td class="column-image">
        <Thumbnail image={image} />
      </td>
      <td class="column-key">
        <span class="image-row-key" title={source.key ?? undefined}>
          {source.key ?? 'unknown'}
        </span>
        {code && <code class="image-row-code">{code}</code>}
      </td>
      <td class="column-status">
        <StatusMark status={status} />
      </td>
      <td class="column-size">{output?.width && `${output.width} × ${output.height}`}</td>
      <td class="column-bytes">{source.sizeBytes !== null && formatBytes(source.sizeBytes)}</td>
      <td class="column-time">{formatMs(durationMs)}</td>
      <td class="column-method">{recipe?.method}</td>
      <td class="column-when">
        <time datetime={recordedAt} title={formatTime(recordedAt)}>
          {formatAgo(recordedAt)}
        </time>
      </td>
    </tr>
  );
}

function Thumbnail({ image: { links } }: { image: Image }) {
  if (links.thumbnail === null) return <span class="image-row-thumbnail" />;
  return (
    <img
      class="image-row-thumbnail"
      src={links.thumbnail}
      alt=""
      loading="lazy"
      width="60"
      height="40"
      // The file may be gone; the row is still readable without it.
      onError={({ currentTarget }) => currentTarget.removeAttribute('src')}
    />
  );
}
