import { isWorthSaying, type ScreenState, screenLines } from '@passfob/simulator/display';
import { COPY_BELOW, SCALE_MAX } from '../limits.ts';
import { freshId, make, say } from './dom.ts';
import { texts } from './texts.ts';

/** A lit and a dark pixel, as red, green, blue, opacity. A dark pixel of an OLED shows the glass behind it. */
const LIT = [214, 236, 255, 255] as const;
const DARK = [0, 0, 0, 0] as const;

/** The display of a fob, as a picture, as text, and for screen readers. */
export interface ShownDisplay {
  /** The glass of the case. */
  readonly glass: HTMLElement;
  /** A small copy, shown on narrow windows while the glass is not in view. */
  readonly copy: HTMLElement;
  /** The same as text, to open. */
  readonly asText: HTMLElement;
  show(screen: ScreenState): void;
}

export function makeDisplay(): ShownDisplay {
  const lines = make('pre', { id: freshId('lines'), tabindex: 0, 'aria-label': texts.fob.display });
  const speech = make('p', { class: 'unseen', role: 'status' });
  const canvas = make('canvas', {
    width: 128,
    height: 64,
    role: 'img',
    'aria-label': texts.fob.display,
    'aria-describedby': lines.id,
  });
  const bay = make('div', { class: 'bay' }, canvas);
  const glass = make('div', { class: 'glass' }, bay, speech);
  // What it shows is said by the display itself.
  const small = make('canvas', { width: 128, height: 64 });
  const smallBay = make('div', { class: 'bay' }, small);
  const copy = make(
    'div',
    { class: 'copy', 'aria-hidden': 'true' },
    make('div', { class: 'glass' }, smallBay),
  );
  new IntersectionObserver(
    ([glassNow]) => copy.toggleAttribute('data-away', (glassNow?.intersectionRatio ?? 1) < COPY_BELOW),
    { threshold: COPY_BELOW },
  ).observe(glass);
  const shown = [
    [canvas, bay],
    [small, smallBay],
  ] as const;
  for (const [one, room] of shown) new ResizeObserver(() => scale(one, room)).observe(room);
  let said: readonly string[] = [];
  return {
    glass,
    copy,
    asText: make('details', {}, make('summary', {}, texts.fob.asText), lines),
    show(screen) {
      for (const [one, room] of shown) {
        draw(one, screen);
        scale(one, room);
      }
      canvas.dataset.on = String(screen.on);
      const now = screenLines(screen);
      say(lines, now.join('\n'));
      if (isWorthSaying(said, now)) say(speech, now.join('\n'));
      said = now;
    },
  };
}

function draw(canvas: HTMLCanvasElement, { bitmap }: ScreenState): void {
  const { width, height, pixels, colours } = bitmap;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  if (context === null) return;
  const image = context.createImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const colour = colours?.[pixel] ?? 0;
    const shown =
      colours === undefined
        ? pixels[pixel] === 1
          ? LIT
          : DARK
        : [(colour & 1) * 255, ((colour >> 1) & 1) * 255, ((colour >> 2) & 1) * 255, 255];
    image.data.set(shown, pixel * 4);
  }
  context.putImageData(image, 0, 0);
}

/** Gives each pixel of the display a whole number of the device's pixels, as many as fit. */
function scale(canvas: HTMLCanvasElement, bay: HTMLElement): void {
  const density = devicePixelRatio;
  const room = Math.min(bay.clientWidth / canvas.width, canvas.width > 128 ? 2 : SCALE_MAX);
  const size = Math.max(1, Math.floor(room * density)) / density;
  canvas.style.width = `${canvas.width * size}px`;
  canvas.style.height = `${canvas.height * size}px`;
}
