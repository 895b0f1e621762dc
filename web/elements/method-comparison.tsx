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

type Try = { url: string; sizeBytes: number; tookMs: number } | { problem: string };

/** Shows one image converted by every method. Nothing is stored. */
export function MethodComparison({ name, load, onClose }: MethodComparisonProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const methods = about.value?.methods ?? [];
  const tries = useTries(methods, load);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="method-comparison"
      aria-label={`${name} by every method`}
      onClose={onClose}
    >
      <header class="method-comparison-head">
        <h2>{name} by every method</h2>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </header>
      <p class="soft" role="status">
        {tries.size < methods.length
          ? `${tries.size} of ${methods.length} …`
          : `All ${methods.length}. Set one for good with GRAY_METHOD.`}
      </p>
      <ul class="method-comparison-list">
        {methods.map((method) => (
          <li key={method}>
            <Shown name={name} method={method} result={tries.get(method)} />
          </li>
        ))}
      </ul>
    </dialog>
  );
}

function Shown({
  name,
  method,
  result,
}: {
  name: string;
  method: string;
  result: Try | undefined;
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
          <img src={result.url} alt={`${name} by ${method}, to download`} />
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
function useTries(methods: readonly string[], load: () => Promise<Blob>) {
  const [tries, setTries] = useState<ReadonlyMap<string, Try>>(new Map());
  // Both keep the values they had when the dialog was opened.
  const given = useRef({ methods, load });
  useEffect(() => {
    const gone = new AbortController();
    const urls: string[] = [];
    const add = (method: string, result: Try) =>
      setTries((before) => new Map(before).set(method, result));
    const run = async () => {
      const picture = given.current.load();
      for (const method of given.current.methods) {
        try {
          const result = await convertBy(method, await picture, gone.signal);
          urls.push(result.url);
          add(method, result);
        } catch (error) {
          if (gone.signal.aborted) return;
          add(method, { problem: messageOf(error) });
        }
      }
    };
    void run();
    return () => {
      gone.abort();
      for (const url of urls) URL.revokeObjectURL(url);
    };
  }, []);
  return tries;
}

async function convertBy(method: string, picture: Blob, signal: AbortSignal) {
  const query = new URLSearchParams({ method, format: 'webp' });
  const response = await send(`/v1/convert?${query}`, { method: 'POST', body: picture, signal });
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
