import type { SimulatedFob } from '../../base/fob.ts';
import { PRESS_STEP_MS, SETTLE_MS, STALL_MS } from './limits.ts';
import type { ControlTarget } from './target.ts';

/**
 * Presses a key for `heldMs` of the fob's time. Done after the fob's debounce. In real time the press lasts longer if
 * the process stalls, or if a virtual board is slower than real time: the fob does not count a stall towards a hold, and
 * would take the rest for a short press.
 */
export async function press({ fob, clock }: ControlTarget, key: number, heldMs: number): Promise<void> {
  if (clock === 'virtual') {
    fob.press(key, heldMs);
    return;
  }
  fob.keyDown(key);
  try {
    await untilRan(fob, heldMs);
  } finally {
    fob.keyUp(key);
  }
  await untilRan(fob, SETTLE_MS);
}

function wait(ms: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, ms);
  });
}

/** Waits until the board has run for so long. Each step counts at least a millisecond, so that it ends for every fob. */
async function untilRan(fob: SimulatedFob, ms: number): Promise<void> {
  for (let leftMs = ms; leftMs > 0; ) {
    const fromMs = fob.ranMs();
    await wait(Math.min(leftMs, PRESS_STEP_MS));
    leftMs -= Math.min(Math.max(1, fob.ranMs() - fromMs), STALL_MS);
  }
}
