import type { SimulatedFob } from '@passfob/simulator/base/fob';

/**
 * A press of this length is meant as a hold. Work of the fob, such as a late answer of its clock, does not count towards
 * it, so that it lasts longer; one without any effect on the screen ends after so much more.
 */
const HOLD_MS = 600;
const HOLD_LONGER_MS = 300;
const HOLD_MORE_MS = 1_000;
const LOOK_MS = 10;
/** Longer than the image waits for a contact to be still. */
const DEBOUNCE_MS = 100;

/** Presses a key as a person does, who holds it until the screen changes. */
export function pressKey(fob: SimulatedFob, key: number, heldMs: number): void {
  const pixels = () => fob.screen().bitmap.pixels.join('');
  const before = pixels();
  const isHold = heldMs >= HOLD_MS;
  fob.keyDown(key);
  fob.advance(isHold ? heldMs + HOLD_LONGER_MS : heldMs);
  for (let ms = 0; isHold && ms < HOLD_MORE_MS && pixels() === before; ms += LOOK_MS) fob.advance(LOOK_MS);
  fob.keyUp(key);
  fob.advance(DEBOUNCE_MS);
}
