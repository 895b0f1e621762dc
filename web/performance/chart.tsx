import './chart.css';
import { type PlotOptions, plot } from '@observablehq/plot';
import { useEffect, useRef } from 'preact/hooks';

interface ChartProps {
  title: string;
  /** The chart's content in words, also for readers who cannot see it. */
  summary: string;
  /** What the bars mean, each drawn as in the chart: the colors differ between the themes. */
  legend?: readonly { name: string; mark: 'soft' | 'outlined' | 'strong' }[];
  options: PlotOptions;
  isWide?: boolean;
}

/** Ticks for reading: `0.5`, `20`, `1.2k`. Plot's own would write 0.5 as `500m`. */
export function formatTick(value: number): string {
  return value.toLocaleString('en-US', { notation: 'compact', maximumSignificantDigits: 3 });
}

/** A chart that fills the available width. */
export function Chart({ title, summary, legend = [], options, isWide = false }: ChartProps) {
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
        {legend.length > 0 && (
          <ul class="chart-legend">
            {legend.map(({ name, mark }) => (
              <li key={name}>
                <span class={`chart-swatch chart-swatch-${mark}`} aria-hidden="true" /> {name}
              </li>
            ))}
          </ul>
        )}
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
