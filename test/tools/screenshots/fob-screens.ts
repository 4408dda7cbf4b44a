import { draw } from '@passfob/firmware/core/screens/screen';
import { html } from '@passfob/service/base/html';
import type { Bitmap } from '@passfob/simulator';
import { drawnViews } from '../../fob/golden/drawn-views.ts';
import { Raster } from '../../fob/golden/raster.ts';

const escaped = (text: string) => html`${text}`.text;

/** The screens on the sheet, by the names of their goldens, with what a reader learns from them. */
const SHOWN = [
  ['pairing', 'A blank fob shows its pairing code'],
  ['list', 'The list of accounts'],
  ['totp-6', 'A passcode, with the time left'],
  ['pin', 'A PIN is entered on the fob'],
  ['ask-login', 'A log-in with its number'],
  ['set-clock', 'The settings: the clock'],
] as const;

const [WIDTH, HEIGHT] = [128, 64];
/** Units of the picture: pixels of the display in each, the glass around them, a caption below, and gaps. */
const [SCALE, GLASS, CAPTION, GAP, COLUMNS] = [2, 14, 34, 18, 3];

const BOX = { width: WIDTH * SCALE + 2 * GLASS, height: HEIGHT * SCALE + 2 * GLASS };

/** Draws the lit pixels as one path, a run of them after the other. */
function pathOf({ width, height, pixels }: Bitmap): string {
  const runs: string[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const start = x;
      while (x < width && pixels[y * width + x]) x++;
      if (x > start) runs.push(`M${start} ${y}h${x - start}v1h-${x - start}z`);
    }
  }
  return runs.join('');
}

function bitmapOf(name: string): Bitmap {
  const [, view] = drawnViews.find(([each]) => each === name) ?? [];
  if (view === undefined) throw new Error(`there is no view ${name}`);
  const display = new Raster(WIDTH, HEIGHT);
  draw(view, display);
  return display.screen().bitmap;
}

const STYLE = `
text { font: 15px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; fill: #3b4754; text-anchor: middle; }
.glass { fill: #030508; stroke: #1b2530; } .lit { fill: #d6ecff; shape-rendering: crispEdges; }
@media (prefers-color-scheme: dark) { text { fill: #b9c4cf; } .glass { stroke: #3a4652; } }
`;

/** Draws screens of the fob, as its firmware draws them, on one sheet for light and dark pages. */
export function fobScreensSvg(): string {
  const rows = Math.ceil(SHOWN.length / COLUMNS);
  const [width, height] = [COLUMNS * (BOX.width + GAP) - GAP, rows * (BOX.height + CAPTION + GAP) - GAP];
  const screens = SHOWN.map(([name, caption], nth) => {
    const [left, top] = [
      (nth % COLUMNS) * (BOX.width + GAP),
      Math.floor(nth / COLUMNS) * (BOX.height + CAPTION + GAP),
    ];
    return `<g transform="translate(${left} ${top})"><rect class="glass" x=".5" y=".5" width="${BOX.width - 1}" height="${BOX.height - 1}" rx="12"/>
<path class="lit" transform="translate(${GLASS} ${GLASS}) scale(${SCALE})" d="${pathOf(bitmapOf(name))}"/>
<text x="${BOX.width / 2}" y="${BOX.height + 24}">${escaped(caption)}</text></g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
<title id="title">Six screens of the fob, as its firmware draws them</title>
<style>${STYLE}</style>
${screens.join('\n')}
</svg>
`;
}
