import type { Bitmap, Screen } from '../base/fob.ts';
import { DISPLAY_HEIGHT, DISPLAY_WIDTH } from '../base/limits.ts';
import type { TextLog } from '../interpreter/graphics/text-log.ts';
import type { BoardHardware } from './hardware.ts';
import type { Listeners } from './listeners.ts';

/** What a person sees on the display, as pixels of the chip and as the text that the image has drawn. */
export class BoardScreen {
  readonly #board: BoardHardware;
  #drawn: TextLog | undefined;
  #onGlass: () => readonly string[] = noText;

  constructor(board: BoardHardware, listeners: Listeners) {
    this.#board = board;
    board.onDisplayChange = pixelsArrived => {
      if (pixelsArrived) this.#onGlass = this.#drawn?.taken() ?? noText;
      listeners.screenChanged();
    };
  }

  /** The image draws here from now on. */
  drawnOn(log: TextLog): void {
    this.#drawn = log;
  }

  /** The image that has drawn is gone. */
  forget(): void {
    this.#drawn = undefined;
    this.#onGlass = noText;
  }

  screen(powered: boolean): Screen {
    const { facts, display, glass } = this.#board;
    if (facts.bangle) {
      const on = powered && glass.on;
      return seen(on, on ? this.#onGlass() : [], glass.picture(), glass.brightness);
    }
    const on = powered && (facts.i2c ? display.on : this.#drawn !== undefined);
    const text = on ? (facts.i2c ? this.#onGlass() : (this.#drawn?.lines() ?? [])) : [];
    return seen(on, text, facts.i2c ? display.picture() : noPicture);
  }
}

const noText = (): readonly string[] => [];

function noPicture(): Bitmap {
  const pixels = new Uint8Array(DISPLAY_WIDTH * DISPLAY_HEIGHT);
  return { width: DISPLAY_WIDTH, height: DISPLAY_HEIGHT, pixels };
}

/** The screen at this moment. Most callers read its text only, so its pixels are made when they are asked for. */
function seen(on: boolean, text: readonly string[], picture: () => Bitmap, brightness?: number): Screen {
  let bitmap: Bitmap | undefined;
  return {
    on,
    text,
    ...(brightness !== undefined && { brightness }),
    get bitmap() {
      bitmap ??= picture();
      return bitmap;
    },
  };
}
