/** Pieces of the drawings in `docs/images`: readable on light and dark pages, in print, and without their colours. */

export const text = (x: number, y: number, words: string, attributes = '') =>
  `<text x="${x}" y="${y}"${attributes}>${words}</text>`;
export const MIDDLE = ' text-anchor="middle"';
export const SMALL = ' class="small"';

/** A short text that reads upwards, at a pin of a row with narrow steps. */
export const upright = (x: number, y: number, words: string, anchor: 'start' | 'end') =>
  text(x, y, words, `${SMALL} text-anchor="${anchor}" transform="rotate(-90 ${x} ${y})"`);

/** The number of a wire. */
export const tag = (x: number, y: number, number: number): string[] => [
  `<circle class="tag" cx="${x}" cy="${y}" r="9"/>`,
  text(x, y + 4, String(number), SMALL + MIDDLE),
];

/** Colours of the wires by their numbers, on a light and on a dark page. */
const WIRE_COLOURS = [
  ['#b3261e', '#f2938c'],
  ['#1b1b1b', '#ececec'],
  ['#0b57d0', '#9ec1ff'],
  ['#146c2e', '#7fd69a'],
  ['#7a3e9d', '#d3a6ee'],
  ['#8a4b00', '#f0b46c'],
] as const;

const strokes = (wires: number, scheme: 0 | 1) =>
  WIRE_COLOURS.slice(0, wires)
    .map((colours, at) => `.w${at + 1} { stroke: ${colours[scheme]} }`)
    .join(' ');

/**
 * @param wires numbers of wires, from 1
 * @param own rules of this drawing, the same on every page
 */
export function styleOf(wires: number, own = ''): string {
  return `<style>
text { font: 14px sans-serif; fill: #1b1b1b }
.small { font-size: 11px }
.name { font-weight: bold; font-size: 16px }
.page { fill: #ffffff }
.box { fill: #f2f2f2; stroke: #1b1b1b; stroke-width: 2 }
.pad { fill: #ffffff; stroke: #1b1b1b }
.used { fill: #1b1b1b }
.wire { fill: none; stroke-width: 3 }
${strokes(wires, 0)}
.tag { fill: #ffffff; stroke: #1b1b1b }
.dot { fill: #1b1b1b }
${own}@media (prefers-color-scheme: dark) {
text { fill: #ececec }
.page { fill: #161616 }
.box { fill: #2a2a2a; stroke: #ececec }
.pad { fill: #161616; stroke: #ececec }
.used, .dot { fill: #ececec }
${strokes(wires, 1)}
.tag { fill: #161616; stroke: #ececec }
}
</style>`;
}
