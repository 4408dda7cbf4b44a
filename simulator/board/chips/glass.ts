import type { Bitmap } from '../../base/fob.ts';
import type { BangleFacts } from '../wiring/wiring.ts';

/**
 * Red, green and blue of a 16-bit colour, each full or absent: the colours that the panel shows without dithering.
 */
const CHANNELS = [
  [0xf800, 1],
  [0x07e0, 2],
  [0x001f, 4],
] as const;

/** Returns the bits of a colour's channels; undefined if the panel cannot show it. */
function shownAs(colour: number): number | undefined {
  let shown = 0;
  for (const [mask, bit] of CHANNELS) {
    if ((colour & mask) === mask) shown |= bit;
    else if (colour & mask) return undefined;
  }
  return shown;
}

/** The display of a Bangle.js 2, an LPM013M126 with its own memory: eight colours, and a backlight. */
export class Glass {
  readonly width: number;
  readonly height: number;
  readonly #colours: Uint8Array;
  readonly #changed: () => void;
  on = false;
  /** 0 to 1. */
  brightness = 0;

  constructor(facts: BangleFacts | undefined, changed: () => void) {
    this.width = facts?.width ?? 0;
    this.height = facts?.height ?? 0;
    this.#colours = new Uint8Array(this.width * this.height);
    this.#changed = changed;
  }

  powerOn(): void {
    this.on = this.width > 0;
    this.brightness = 1;
  }

  powerOff(): void {
    this.on = false;
    this.#colours.fill(0);
  }

  switchTo(on: boolean): void {
    this.on = on;
    this.#changed();
  }

  /**
   * Takes pixels of two bytes each, the higher byte first. Returns undefined, or a message about a colour it cannot
   * show.
   */
  show(pixels: Uint8Array): string | undefined {
    const colours = this.#colours;
    // Most pixels are of the colour of the one before.
    let before = 0;
    let shown: number | undefined = 0;
    for (let at = 0; at < colours.length; at++) {
      const colour = ((pixels[2 * at] ?? 0) << 8) | (pixels[2 * at + 1] ?? 0);
      if (colour !== before) {
        before = colour;
        shown = shownAs(colour);
        if (shown === undefined) return `colour 0x${colour.toString(16)} would be dithered: not simulated`;
      }
      colours[at] = shown;
    }
    this.#changed();
    return undefined;
  }

  /** Takes the picture; the returned function makes its pixels. A pixel counts as lit if it is not black. */
  picture(): () => Bitmap {
    const { width, height } = this;
    const colours = this.#colours.slice();
    return () => ({ width, height, pixels: colours.map(colour => (colour ? 1 : 0)), colours });
  }
}
