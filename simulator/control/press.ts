import { setTimeout as wait } from 'node:timers/promises';
import { SETTLE_MS } from './limits.ts';
import type { Target } from './target.ts';

/** Presses a key for `heldMs` of the fob's time; done when the fob's debounce is over too. */
export async function press({ fob, clock }: Target, key: number, heldMs: number): Promise<void> {
  if (clock === 'virtual') {
    fob.press(key, heldMs);
    return;
  }
  fob.keyDown(key);
  try {
    await wait(heldMs);
  } finally {
    fob.keyUp(key);
  }
  await wait(SETTLE_MS);
}
