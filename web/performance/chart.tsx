import './chart.css';
import { type PlotOptions, plot } from '@observablehq/plot';
import { useEffect, useRef } from 'preact/hooks';

interface ChartProps {
  title: string;
  /** The chart's content in words, also for readers who cannot see it. */
  summary: string;
  options: PlotOptions;
  isWide?: boolean;
}

/** A chart that fills the available width. */
export function Chart({ title, summary, options, isWide = false }: ChartProps) {
  const container = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = container.current;
    if (!element) return;
    const draw = () => {
      // The width is 0 while the user leaves the page.
      if (element.clientWidth > 0) {
        element.replaceChildren(drawPlot(options, element.clientWidth, title));
      }
    };
    // Also called for the initial width.
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
      <div ref={container} class="chart-place" />
    </figure>
  );
}

function drawPlot(options: PlotOptions, width: number, ariaLabel: string) {
  const svg = plot({
    height: 240,
    marginLeft: 56,
    ...options,
    width,
    ariaLabel,
    className: 'plot',
  });
  svg.setAttribute('role', 'img');
  // The Content-Security-Policy blocks inline styles; chart.css contains the same rules.
  svg.querySelector('style')?.remove();
  // The plot labels its groups, which ARIA forbids. The chart is one image, named by its title.
  for (const group of svg.querySelectorAll('g[aria-label]')) group.removeAttribute('aria-label');
  return svg;
}
