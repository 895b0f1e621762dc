import './method-comparison.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import { about } from '../api/about.ts';
import { messageOf, send } from '../api/request.ts';
import { formatBytes, formatMs } from './units.ts';

interface MethodComparisonProps {
  name: string;
  /** The image file itself. */
  load: () => Promise<Blob>;
  onClose: () => void;
}

type MethodResult = { url: string; sizeBytes: number; tookMs: number } | { problem: string };

/** Shows one image converted by every method. Nothing is stored. */
export function MethodComparison({ name, load, onClose }: MethodComparisonProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const methods = about.value?.methods ?? [];
  const results = useMethodResults(methods, load);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="method-comparison"
      aria-label={`${name} with every method`}
      onClose={onClose}
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
          : `All ${methods.length} methods. Set the default method with GRAY_METHOD.`}
      </p>
      <ul class="method-comparison-list">
        {methods.map((method) => (
          <li key={method}>
            <MethodFigure name={name} method={method} result={results.get(method)} />
          </li>
        ))}
      </ul>
    </dialog>
  );
}

function MethodFigure({
  name,
  method,
  result,
}: {
  name: string;
  method: string;
  result: MethodResult | undefined;
}) {
  const facts = !result
    ? 'waiting …'
    : 'problem' in result
      ? result.problem
      : `${formatMs(result.tookMs)} · ${formatBytes(result.sizeBytes)}`;
  return (
    <figure>
      {result && 'url' in result ? (
        <a href={result.url} download={`${name}.${method}.webp`}>
          <img src={result.url} alt={`${name} with ${method}: download`} />
        </a>
      ) : (
        <div class="method-comparison-empty" />
      )}
      <figcaption>
        <strong>{method}</strong> <span class="soft">{facts}</span>
      </figcaption>
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
          const result = await convertWith(method, await image, closing.signal);
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

async function convertWith(method: string, image: Blob, signal: AbortSignal) {
  const query = new URLSearchParams({ method, format: 'webp' });
  const response = await send(`/v1/convert?${query}`, { method: 'POST', body: image, signal });
  const blob = await response.blob();
  const timing = response.headers.get('server-timing') ?? '';
  return { url: URL.createObjectURL(blob), sizeBytes: blob.size, tookMs: workMsOf(timing) };
}

const workStages = ['decode', 'gray', 'encode'];

/** Sums the work stages of `decode;dur=31.9, gray;dur=2.2`, without the waiting time. */
function workMsOf(serverTiming: string): number {
  return serverTiming
    .split(',')
    .map((part) => part.trim().split(';dur='))
    .filter(([stage]) => workStages.includes(stage ?? ''))
    .reduce((sum, [, ms]) => sum + Number(ms), 0);
}
