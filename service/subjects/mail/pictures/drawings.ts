import { type Colour, Raster } from './raster.ts';
import { passcodeScreen, pixelsOf } from './screens.ts';

const WIDTH = 280;
const HEIGHT = 130;
const GROUND: Colour = [238, 243, 249];
const INK: Colour = [38, 50, 64];
const METAL: Colour = [150, 162, 176];
const PAPER: Colour = [255, 255, 255];
const ACCENT: Colour = [11, 95, 208];
const GLASS: Colour = [12, 18, 26];
const LIT: Colour = [190, 226, 255];

/** Returns the pictures of the three steps, in order, as PNG files; drawn at the first call. */
export function stepPictures(): readonly Uint8Array[] {
  drawn ??= [plugIn(), openLink(), press()].map(picture => picture.png());
  return drawn;
}

let drawn: readonly Uint8Array[] | undefined;

function plugIn(): Raster {
  const picture = new Raster(WIDTH, HEIGHT, GROUND);
  picture.rounded({ x: 14, y: 18, width: 96, height: 68 }, 6, INK);
  picture.rounded({ x: 20, y: 24, width: 84, height: 56 }, 2, PAPER);
  picture.rounded({ x: 4, y: 88, width: 116, height: 12 }, 5, METAL);
  picture.rounded({ x: 118, y: 91, width: 26, height: 6 }, 2, ACCENT);
  picture.rounded({ x: 134, y: 70, width: 6, height: 27 }, 3, ACCENT);
  picture.rounded({ x: 134, y: 70, width: 22, height: 6 }, 3, ACCENT);
  fob(picture, 154, 44, 0.58);
  return picture;
}

function openLink(): Raster {
  const picture = new Raster(WIDTH, HEIGHT, GROUND);
  picture.rounded({ x: 30, y: 12, width: 220, height: 106 }, 8, INK);
  picture.rounded({ x: 34, y: 34, width: 212, height: 80 }, 5, PAPER);
  for (const x of [44, 56, 68]) picture.circle(x, 23, 3.5, METAL);
  picture.rounded({ x: 84, y: 17, width: 150, height: 12 }, 6, PAPER);
  picture.rounded({ x: 91, y: 21, width: 92, height: 4 }, 2, ACCENT);
  for (const [y, width] of [
    [46, 120],
    [57, 160],
    [68, 96],
  ] as const)
    picture.rounded({ x: 50, y, width, height: 5 }, 2.5, METAL);
  picture.rounded({ x: 50, y: 86, width: 84, height: 18 }, 9, ACCENT);
  picture.rounded({ x: 68, y: 93, width: 48, height: 4 }, 2, PAPER);
  return picture;
}

function press(): Raster {
  const picture = new Raster(WIDTH, HEIGHT, GROUND);
  fob(picture, 32, 16, 1, passcodeScreen);
  for (const [radius, colour] of [
    [19, ACCENT],
    [16, GROUND],
    [13, ACCENT],
  ] as const)
    picture.circle(214, 65, radius, colour);
  picture.circle(214, 65, 7, PAPER);
  return picture;
}

/** Draws a fob with a key ring, a screen and a button. */
function fob(picture: Raster, x: number, y: number, scale: number, screen = ''): void {
  const box = (left: number, top: number, width: number, height: number) => ({
    x: x + left * scale,
    y: y + top * scale,
    width: width * scale,
    height: height * scale,
  });
  picture.rounded(box(0, 0, 210, 98), 26 * scale, INK);
  picture.rounded(box(14, 12, 140, 74), 5 * scale, GLASS);
  picture.pixels(pixelsOf(screen), { x: x + 20 * scale, y: y + 17 * scale }, scale, LIT);
  picture.circle(x + 182 * scale, y + 49 * scale, 13 * scale, METAL);
}
