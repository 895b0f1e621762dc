import sharp from 'sharp';

const size = 640;
const blades = 8;
const outer = 268;
const inner = 92;

/** A camera’s iris in all colours: opaque blades, a see-through middle, a soft shadow. */
export function drawLogo(): Promise<Buffer> {
  const colours = Array.from({ length: blades }, (_, blade) => 360 * (blade / blades) + 4);
  return sharp(
    Buffer.from(`
      <svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}"
           viewBox="${-size / 2} ${-size / 2} ${size} ${size}">
        <defs>
          ${colours.map(bladeGradient).join('')}
          <filter id="shadow" x="-50%" y="-50%" width="200%" height="200%">
            <feGaussianBlur stdDeviation="11"/>
          </filter>
          <clipPath id="disc"><circle r="${outer}"/></clipPath>
          <linearGradient id="rim" x1="0" y1="0" x2="0" y2="1">
            <stop offset="0" stop-color="#ffffff"/>
            <stop offset="1" stop-color="#c9cfe6"/>
          </linearGradient>
        </defs>
        <g filter="url(#shadow)" fill="none" stroke="#141033" opacity="0.5">
          <circle r="${(outer + inner) / 2}" cy="12" stroke-width="${outer - inner + 20}"/>
        </g>
        <g clip-path="url(#disc)">
          ${colours.map((_, blade) => bladeShape(blade)).join('')}
        </g>
        <circle r="${outer}" fill="none" stroke="url(#rim)" stroke-width="16"/>
        <path d="${polygon(inner, 0)}" fill="none" stroke="url(#rim)" stroke-width="9"
              stroke-linejoin="round"/>
      </svg>`),
  )
    .png({ compressionLevel: 9, effort: 10 })
    .toBuffer();
}

function bladeGradient(hue: number, blade: number): string {
  const [x1, y1] = point(inner, blade);
  const [x2, y2] = point(outer, blade + 0.6);
  return `
    <linearGradient id="blade${blade}" gradientUnits="userSpaceOnUse"
                    x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}">
      <stop offset="0" stop-color="hsl(${hue + 26}, 96%, 64%)"/>
      <stop offset="1" stop-color="hsl(${hue - 8}, 88%, 45%)"/>
    </linearGradient>`;
}

/** From one edge of the hole outwards, along the extended sides of the hole. */
function bladeShape(blade: number): string {
  const here = point(inner, blade);
  const next = point(inner, blade + 1);
  const corners = [here, prolonged(here, next), point(outer * 1.5, blade + 2.2)];
  const before = prolonged(point(inner, blade - 1), here);
  const path = [...corners, point(outer * 1.5, blade + 1.4), before].map((at) => at.join(' '));
  return `<path d="M ${path.join(' L ')} Z" fill="url(#blade${blade})"
                stroke="#ffffff" stroke-opacity="0.55" stroke-width="3"/>`;
}

function prolonged(from: number[], to: number[]): number[] {
  const [x1 = 0, y1 = 0] = from;
  const [x2 = 0, y2 = 0] = to;
  const factor = (outer * 1.5) / Math.hypot(x2 - x1, y2 - y1);
  return [x1 + (x2 - x1) * factor, y1 + (y2 - y1) * factor];
}

function polygon(radius: number, turn: number): string {
  const corners = Array.from({ length: blades }, (_, corner) => point(radius, corner + turn));
  return `M ${corners.map((at) => at.join(' ')).join(' L ')} Z`;
}

/** The corner of the iris that is `corner` blades away from the top. */
function point(radius: number, corner: number): number[] {
  const angle = (2 * Math.PI * corner) / blades - Math.PI / 2;
  return [round(radius * Math.cos(angle)), round(radius * Math.sin(angle))];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
