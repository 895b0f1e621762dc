import './chart.css';
import { type PlotOptions, plot } from '@observablehq/plot';
import { useEffect, useRef } from 'preact/hooks';

interface ChartProps {
  title: string;
  /** What it shows, in words; for those who do not see it as well. */
  summary: string;
  options: PlotOptions;
  isWide?: boolean;
}

/** A chart as wide as there is room. */
export function Chart({ title, summary, options, isWide = false }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const draw = () => element.replaceChildren(drawn(options, element.clientWidth, title));
    // Tells of the first width as well.
    const observer = new ResizeObserver(draw);
    observer.observe(element);
    return () => observer.disconnect();
  }, [options, title]);
  return (
    <figure class={`card chart ${isWide ? 'performance-wide' : ''}`}>
      <figcaption>
        <h2>{title}</h2>
        <p class="soft">{summary}</p>
      </figcaption>
      <div ref={place} class="chart-place" />
    </figure>
  );
}

function drawn(options: PlotOptions, width: number, ariaLabel: string) {
  const svg = plot({
    height: 240,
    marginLeft: 56,
    ...options,
    width,
    ariaLabel,
    className: 'plot',
  });
  svg.setAttribute('role', 'img');
  // The Content-Security-Policy refuses styles in pages; chart.css holds what it would say.
  svg.querySelector('style')?.remove();
  return svg;
}
