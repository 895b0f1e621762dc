import './method-comparison.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import { about } from '../api/about.ts';
import { messageOf } from '../api/request.ts';
import { convertImage, type GrayFile, grayFileName } from './convert-image.ts';
import { formatBytes, formatMs } from './units.ts';
import { ZoomDialog } from './zoom-dialog.tsx';

interface MethodComparisonProps {
  name: string;
  /** The image file itself. */
  load: () => Promise<Blob>;
  /** Called with the method that the user chooses. */
  onUse: (method: string) => void;
  onClose: () => void;
}

type MethodResult = GrayFile | { problem: string };

/** Shows one image converted by every method. Nothing is stored. */
export function MethodComparison({ name, load, onUse, onClose }: MethodComparisonProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const methods = about.value?.methods ?? [];
  const results = useMethodResults(methods, load);
  const [zoomed, setZoomed] = useState<{ method: string; url: string }>();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="method-comparison"
      aria-label={`${name} with every method`}
      // The close event of the dialog inside also arrives here.
      onClose={({ target, currentTarget }) => target === currentTarget && onClose()}
    >
      <header class="method-comparison-head">
        <h2>{name} with every method</h2>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </header>
      <p class="soft" role="status">
        {results.size < methods.length
          ? `${results.size} of ${methods.length} methods …`
          : `All ${methods.length} methods, as PNG. “Use” converts this image and the next ones without storing them. GRAY_METHOD sets the method of the server.`}
      </p>
      <ul class="method-comparison-list">
        {methods.map((method) => (
          <li key={method}>
            <MethodFigure
              name={name}
              method={method}
              result={results.get(method)}
              onZoom={(url) => setZoomed({ method, url })}
              onUse={onUse}
            />
          </li>
        ))}
      </ul>
      {zoomed && (
        <ZoomDialog
          name={`${name} with ${zoomed.method}`}
          url={zoomed.url}
          onClose={() => setZoomed(undefined)}
        />
      )}
    </dialog>
  );
}

interface MethodFigureProps {
  name: string;
  method: string;
  result: MethodResult | undefined;
  onZoom: (url: string) => void;
  onUse: (method: string) => void;
}

function MethodFigure({ name, method, result, onZoom, onUse }: MethodFigureProps) {
  const file = result && 'url' in result ? result : undefined;
  const facts = !result
    ? 'waiting …'
    : 'problem' in result
      ? result.problem
      : `${result.width} × ${result.height} · ${formatBytes(result.blob.size)} · ${formatMs(result.workMs)}`;
  return (
    <figure>
      {file ? (
        <img src={file.url} alt={`${name} with ${method}`} />
      ) : (
        <div class="method-comparison-empty" />
      )}
      <figcaption>
        <strong>{method}</strong> <span class="soft">{facts}</span>
      </figcaption>
      {file && (
        <p class="method-comparison-actions">
          <button
            type="button"
            aria-label={`Full size: ${method}`}
            onClick={() => onZoom(file.url)}
          >
            Full size
          </button>
          <a
            class="button"
            href={file.url}
            aria-label={`Download: ${method}`}
            download={grayFileName(name, file.format, method)}
          >
            Download
          </a>
          <button type="button" aria-label={`Use: ${method}`} onClick={() => onUse(method)}>
            Use
          </button>
        </p>
      )}
    </figure>
  );
}

/** Converts by one method after another until the dialog is closed. */
function useMethodResults(methods: readonly string[], load: () => Promise<Blob>) {
  const [results, setResults] = useState<ReadonlyMap<string, MethodResult>>(new Map());
  // Both keep the values they had when the dialog was opened.
  const initial = useRef({ methods, load });
  useEffect(() => {
    const closing = new AbortController();
    const urls: string[] = [];
    const add = (method: string, result: MethodResult) =>
      setResults((before) => new Map(before).set(method, result));
    const run = async () => {
      const image = initial.current.load();
      for (const method of initial.current.methods) {
        try {
          const result = await convertImage(await image, { method, format: 'png' }, closing.signal);
          urls.push(result.url);
          add(method, result);
        } catch (error) {
          if (closing.signal.aborted) return;
          add(method, { problem: messageOf(error) });
        }
      }
    };
    void run();
    return () => {
      closing.abort();
      for (const url of urls) URL.revokeObjectURL(url);
    };
  }, []);
  return results;
}
