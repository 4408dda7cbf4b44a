import { type Bitmap, type Screen, StorageFiles } from '@passfob/simulator/for-emulator';
import { type Font, fontIn } from './font.ts';
import type { Redraw } from './redraw.ts';
import { textOn } from './screen-text.ts';
import type { Surroundings } from './surroundings.ts';

/** The file of an image that has the application (docs/flashing.md). */
const APPLICATION = 'app';

/** Reads the display with the font of the image in Storage. Without an image it says nothing about the text. */
export class ScreenReader {
  readonly #outside: Surroundings;
  readonly #redraw: Redraw;
  #font: { readonly wear: string; readonly font: Font | undefined } | undefined;

  constructor(outside: Surroundings, redraw: Redraw) {
    this.#outside = outside;
    this.#redraw = redraw;
  }

  /** The last whole screen at this moment. Its pixels and its text are made when somebody asks for them. */
  screen(isPowered: boolean): Screen {
    const { display } = this.#outside;
    const on = isPowered && display.on;
    const isBeingDrawn = this.#redraw.isGoingOn;
    const picture = this.#redraw.picture();
    let bitmap: Bitmap | undefined;
    let text: readonly string[] | undefined;
    const pixels = () => {
      bitmap ??= picture();
      return bitmap;
    };
    const read = () => {
      const font = on ? this.#fontNow() : undefined;
      return font ? textOn(pixels(), font) : [];
    };
    return {
      on,
      isBeingDrawn,
      get bitmap() {
        return pixels();
      },
      get text() {
        text ??= read();
        return text;
      },
    };
  }

  /** The font of the image that is in Storage now. */
  #fontNow(): Font | undefined {
    const { flash } = this.#outside;
    const wear = `${flash.writes} ${flash.erases}`;
    if (this.#font?.wear !== wear) {
      const file = new StorageFiles(flash, () => false).find(APPLICATION);
      const application = file && flash.read(file.dataAt, file.header.size);
      this.#font = { wear, font: application && fontIn(application) };
    }
    return this.#font.font;
  }
}
