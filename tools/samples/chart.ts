import sharp from 'sharp';
import { mulberry32 } from '../../src/convert/gray/mulberry32.ts';
import { clamp } from './noise.ts';

const width = 1200;
const height = 800;

/**
 * A test card for grayscale: a colour-vision plate whose figure differs from its background in hue more
 * than in lightness, rings of full colours whose lightness differs widely, and a hue table.
 */
export function drawChart(): Promise<Buffer> {
  return sharp(
    Buffer.from(`
      <svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
        <rect width="${width}" height="${height}" fill="#14172b"/>
        <g transform="translate(400 400)">${plate(352)}</g>
        <g transform="translate(980 224)">${rings(176)}</g>
        <g transform="translate(804 448)">${hueTable(352, 304)}</g>
      </svg>`),
  )
    .webp({ quality: 90, effort: 6 })
    .toBuffer();
}

interface Dot {
  x: number;
  y: number;
  radius: number;
}

/** Dots that do not overlap: those of the figure red and orange, the others green. */
function plate(radius: number): string {
  const random = mulberry32(20);
  const dots: Dot[] = [];
  for (let attempt = 0; attempt < 90_000; attempt++) {
    const angle = 2 * Math.PI * random();
    const distance = radius * Math.sqrt(random());
    const x = distance * Math.cos(angle);
    const y = distance * Math.sin(angle);
    const gaps = dots.map((dot) => Math.hypot(dot.x - x, dot.y - y) - dot.radius);
    const room = Math.min(radius - distance, ...gaps) - 1.2;
    if (room >= 3) dots.push({ x, y, radius: Math.min(room, 3 + 13 * random() ** 0.6) });
  }
  const circles = dots.map(({ x, y, radius: r }) => {
    const lightness = 40 + 22 * random();
    const colour = inFigure(x / radius, y / radius)
      ? hsl(4 + 28 * random(), 88, lightness + 6)
      : hsl(84 + 66 * random(), 52, lightness);
    return `<circle cx="${round(x)}" cy="${round(y)}" r="${round(r)}" fill="${colour}"/>`;
  });
  return `<circle r="${radius + 14}" fill="#f6f1e4"/>${circles.join('')}`;
}

/** A five-pointed star with rounded valleys; coordinates in [-1, 1]. */
function inFigure(x: number, y: number): boolean {
  const angle = Math.atan2(x, -y);
  const turn = Math.abs((((angle * 5) / (2 * Math.PI) + 10.5) % 1) - 0.5) * 2;
  return Math.hypot(x, y) < 0.34 + 0.46 * (1 - turn) ** 1.35;
}

/** The full colours of a screen, which differ in lightness: yellow is the lightest, blue the darkest. */
function rings(radius: number): string {
  const colours = ['#ff0000', '#00ffff', '#ff00ff', '#00ff00', '#0000ff', '#ffff00', '#ff0000'];
  return colours
    .map((colour, ring) => {
      const r = radius * (1 - ring / colours.length);
      return `<circle r="${round(r)}" fill="${colour}"/>`;
    })
    .join('');
}

/** Hue from left to right, lightness from top to bottom, and a row of grays below. */
function hueTable(tableWidth: number, tableHeight: number): string {
  const columns = 12;
  const rows = 6;
  const cellWidth = tableWidth / columns;
  const cellHeight = tableHeight / (rows + 1.5);
  const cells: string[] = [];
  const cell = (column: number, top: number, tall: number, colour: string) =>
    cells.push(
      `<rect x="${round(column * cellWidth + 1)}" y="${round(top + 1)}" rx="4"
             width="${round(cellWidth - 2)}" height="${round(tall - 2)}" fill="${colour}"/>`,
    );
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) {
      const lightness = 84 - (64 * row) / (rows - 1);
      cell(column, row * cellHeight, cellHeight, hsl((360 * column) / columns, 90, lightness));
    }
    const gray = hsl(0, 0, (100 * column) / (columns - 1));
    cell(column, (rows + 0.5) * cellHeight, cellHeight, gray);
  }
  return cells.join('');
}

function hsl(hue: number, saturation: number, lightness: number): string {
  return `hsl(${round(hue)}, ${saturation}%, ${round(clamp(lightness, 0, 100))}%)`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
