/** A curve over one growing size. Axes are logarithmic if `isLog` says so. */
export interface Plot {
  /** File name without `.svg`, in `docs/images`. */
  readonly name: string;
  readonly title: string;
  readonly x: { readonly label: string };
  readonly y: { readonly label: string };
  readonly series: readonly Series[];
}

export interface Series {
  readonly name: string;
  /** Each with the least, the median and the most of its rounds. */
  readonly points: readonly Point[];
}

export interface Point {
  readonly x: number;
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

const WIDTH = 720;
const HEIGHT = 400;
const BOX = { left: 80, top: 50, right: 700, bottom: 340 };
const TICKS_MAX = 6;
/** Lines differ by dashes and marks as well, for readers and printers without colours. */
const DASHES = ['', '8 4', '2 4', '12 4 2 4', '4 2'];
const MARKS = ['circle', 'square', 'diamond', 'triangle', 'cross'] as const;

const STYLE = `text { font: 13px sans-serif; fill: #1b1b1b }
.title { font-weight: bold; font-size: 15px }
.page { fill: #ffffff }
.grid { stroke: #d5d5d5 }
.axis { stroke: #1b1b1b }
.line { fill: none; stroke-width: 2 }
.s0 { stroke: #0b57d0 } .s1 { stroke: #b3261e } .s2 { stroke: #146c2e } .s3 { stroke: #7a4a00 } .s4 { stroke: #6a1b9a }
.mark { fill: #ffffff; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
text { fill: #ececec }
.page { fill: #161616 }
.grid { stroke: #444444 }
.axis { stroke: #ececec }
.s0 { stroke: #8ab4f8 } .s1 { stroke: #f28b82 } .s2 { stroke: #81c995 } .s3 { stroke: #fdd663 } .s4 { stroke: #d7aefb }
.mark { fill: #161616 }
}`;

/**
 * Draws a plot as SVG, for light and dark pages, with its figures as a text alternative. The x axis is logarithmic: sizes
 * grow by factors. The y axis begins at 0, so that heights may be compared.
 */
export function drawPlot(plot: Plot): string {
  const points = plot.series.flatMap(({ points }) => points);
  const x = logScale(points.map(point => point.x));
  const y = linearScale(Math.max(...points.map(({ most }) => most)));
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${escaped(plot.title)}</title>`,
    `<desc id="desc">${escaped(alternative(plot))}</desc>`,
    `<style>\n${STYLE}\n</style>`,
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}"/>`,
    text(plot.title, { x: BOX.left, y: 24, more: 'class="title"' }),
    text(plot.y.label, { x: BOX.left, y: 42 }),
    text(plot.x.label, { x: BOX.right, y: BOX.bottom + 40, more: 'text-anchor="end"' }),
    ...y.ticks.map(
      tick =>
        `<path class="grid" d="M${BOX.left} ${y.at(tick)}H${BOX.right}"/>${text(short(tick), { x: BOX.left - 8, y: y.at(tick) + 4, more: 'text-anchor="end"' })}`,
    ),
    `<path class="axis" d="M${BOX.left} ${BOX.bottom}H${BOX.right}"/>`,
    ...x.ticks.map(
      tick =>
        `<path class="axis" d="M${x.at(tick)} ${BOX.bottom}v5"/>${text(short(tick), { x: x.at(tick), y: BOX.bottom + 20, more: 'text-anchor="middle"' })}`,
    ),
    ...plot.series.map((series, nth) => drawSeries(series, nth, { x: x.at, y: y.at })),
    ...plot.series.map(({ name }, nth) => legend(name, nth)),
    '</svg>',
  ].join('\n')}\n`;
}

interface At {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

function drawSeries({ points }: Series, nth: number, at: At): string {
  const line = points.map(({ x, median }, index) => `${index === 0 ? 'M' : 'L'}${at.x(x)} ${at.y(median)}`);
  const dash = DASHES[nth % DASHES.length];
  const colour = `s${nth % DASHES.length}`;
  return [
    `<path class="line ${colour}"${dash ? ` stroke-dasharray="${dash}"` : ''} d="${line.join('')}"/>`,
    ...points.map(
      ({ x, least, most }) => `<path class="line ${colour}" d="M${at.x(x)} ${at.y(least)}V${at.y(most)}"/>`,
    ),
    ...points.map(({ x, median }) => mark(nth, at.x(x), at.y(median))),
  ].join('\n');
}

function mark(nth: number, x: number, y: number): string {
  const [shape, attributes] = [MARKS[nth % MARKS.length], `class="mark s${nth % MARKS.length}"`];
  if (shape === 'circle') return `<circle ${attributes} cx="${x}" cy="${y}" r="4"/>`;
  const path = {
    square: 'm-4 -4h8v8h-8z',
    diamond: 'm0 -5l5 5l-5 5l-5 -5z',
    triangle: 'm0 -5l5 9h-10z',
    cross: 'm-4 -4l8 8m0 -8l-8 8',
  }[shape ?? 'square'];
  return `<path ${attributes} d="M${x} ${y}${path}"/>`;
}

function legend(name: string, nth: number): string {
  const [x, y] = [
    BOX.left + 12 + (nth % 2) * 300,
    BOX.bottom + 38 + Math.floor(nth / 2) * 17 - (nth < 4 ? 0 : 8),
  ];
  return `${mark(nth, x, y - 4)}${text(name, { x: x + 12, y })}`;
}

function text(
  words: string,
  { x, y, more = '' }: { readonly x: number; readonly y: number; readonly more?: string },
): string {
  return `<text x="${x}" y="${y}"${more === '' ? '' : ` ${more}`}>${escaped(words)}</text>`;
}

/** The figures in words, for readers who do not see the picture. */
export function alternative({ title, x, y, series }: Plot): string {
  const said = series.map(
    ({ name, points }) =>
      `${name}: ${points.map(point => `${short(point.median)} (${short(point.least)} to ${short(point.most)}) at ${short(point.x)}`).join('; ')}.`,
  );
  return `${title}. ${y.label}, median and spread, by ${x.label}. ${said.join(' ')}`;
}

function logScale(values: readonly number[]) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const span = Math.log(most / least) || 1;
  const at = (value: number) =>
    rounded(BOX.left + 20 + ((BOX.right - BOX.left - 40) * Math.log(value / least)) / span);
  return { ticks: [...new Set(values)].sort((one, other) => one - other), at };
}

function linearScale(most: number) {
  const rough = most / (TICKS_MAX - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find(factor => factor * power >= rough) ?? 10);
  const count = Math.max(1, Math.ceil(most / step));
  const at = (value: number) => rounded(BOX.bottom - ((BOX.bottom - BOX.top) * value) / (count * step));
  return { ticks: Array.from({ length: count + 1 }, (_, nth) => rounded(nth * step, 3)), at };
}

function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}

/** Three digits are enough to read a plot by, and whole numbers from a hundred on. */
function short(value: number): string {
  return value.toLocaleString(
    'en-US',
    value < 100 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 },
  );
}

function escaped(words: string): string {
  return words.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`);
}
