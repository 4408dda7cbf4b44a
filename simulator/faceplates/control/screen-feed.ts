import type { Screen, SimulatedFob } from '../../base/fob.ts';
import { FRAME_MS } from './limits.ts';

const NONE = new Uint8Array(0);

export interface ScreenState extends Screen {
  readonly powered: boolean;
}

/** Returns a copy of the present screen, which does not change with the fob's. */
export function screenState(fob: SimulatedFob): ScreenState {
  const { on, text, bitmap } = fob.screen();
  const { width, height, pixels, colours } = bitmap;
  const copy = { width, height, pixels: pixels.slice() };
  return {
    powered: fob.powered,
    on,
    text: [...text],
    bitmap: colours ? { ...copy, colours: colours.slice() } : copy,
  };
}

/**
 * Shows the present state of the screen, then each new one. Changes within one frame are shown together.
 * @param show returns whether it accepted the state; after false it gets the newest state one frame later.
 * @returns a function that stops the feed.
 */
export function screenFeed(fob: SimulatedFob, show: (state: ScreenState) => boolean): () => void {
  let shown: ScreenState | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const frame = () => {
    timer = undefined;
    const state = screenState(fob);
    if (shown !== undefined && isSame(state, shown)) return;
    if (show(state)) shown = state;
    else changed();
  };
  const changed = () => {
    timer ??= setTimeout(frame, FRAME_MS);
  };
  const stopListening = fob.onScreen(changed);
  changed();
  return () => {
    stopListening();
    clearTimeout(timer);
  };
}

function isSame(a: ScreenState, b: ScreenState): boolean {
  return (
    a.powered === b.powered &&
    a.on === b.on &&
    a.text.length === b.text.length &&
    a.text.every((line, index) => line === b.text[index]) &&
    a.bitmap.width === b.bitmap.width &&
    a.bitmap.height === b.bitmap.height &&
    areSame(a.bitmap.pixels, b.bitmap.pixels) &&
    areSame(a.bitmap.colours ?? NONE, b.bitmap.colours ?? NONE)
  );
}

function areSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
