import type { SimulatedFob } from '../base/fob.ts';
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
    await holds(fob, heldMs);
  } finally {
    fob.keyUp(key);
  }
  await wait(SETTLE_MS);
}

function wait(ms: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, ms);
  });
}

async function holds(fob: SimulatedFob, heldMs: number): Promise<void> {
  for (let leftMs = heldMs; leftMs > 0; ) {
    const fromMs = performance.now();
    const fobFromMs = fob.now();
    await wait(Math.min(leftMs, PRESS_STEP_MS));
    leftMs -= Math.min(performance.now() - fromMs, STALL_MS, Math.max(1, fob.now() - fobFromMs));
  }
}
