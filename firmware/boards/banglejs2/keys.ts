import { BANGLE_NEVER_LOCKS_MS, BANGLE_SIDE, WATCHDOG_KICK_MS, WATCHDOG_KICKS_MAX } from '../limits.ts';
import type { Loop } from '../parts/run.ts';

/** Keys of the core. */
const MAIN = 0;
const NEXT = 1;
const PREVIOUS = 2;
const BACK = 3;

/**
 * The button is the main key. A tap on the lower half of the screen is next, on the upper half previous, and a swipe
 * to the right is back. Taps and swipes are reported when they are over: down and up at once.
 * @param loop gets each key that goes down or up, and each edge of the button
 */
export function listenToKeys(loop: Loop): void {
  // The core controls display and lock, and only the button wakes: a watch that a movement unlocks stays dark and
  // powers its touch screen until the next sleep. A button held for 1.5 s must not load another application.
  Bangle.setOptions({
    lockTimeout: BANGLE_NEVER_LOCKS_MS,
    lcdPowerTimeout: 0,
    backlightTimeout: 0,
    btnLoadTimeout: 0,
    wakeOnTwist: false,
    wakeOnFaceUp: false,
    wakeOnTouch: false,
    wakeOnDoubleTap: false,
  });
  Bangle.setLocked(false);

  const tap = (which: number) => {
    loop.key(which, true);
    loop.key(which, false);
  };
  // Espruino does not pass the unlocking press to `setWatch`.
  Bangle.on('lock', (_locked, reason) => {
    if (reason === 'button') tap(MAIN);
  });
  // A finger on a dark screen is no key, whatever unlocked the watch.
  const touched = (which: number) => {
    if (Bangle.isLCDOn()) tap(which);
  };
  Bangle.on('touch', (_button, xy) => touched(xy.y < BANGLE_SIDE / 2 ? PREVIOUS : NEXT));
  Bangle.on('swipe', directionX => {
    if (directionX > 0) touched(BACK);
  });

  let kicking = 0;
  let kicks = 0;
  // The firmware does not kick the watchdog while the button is down, and the longest hold is longer than the
  // watchdog's time.
  const kick = () => {
    E.kickWatchdog();
    kicking = --kicks > 0 ? setTimeout(kick, WATCHDOG_KICK_MS) : 0;
  };
  setWatch(
    event => {
      if (kicking) clearTimeout(kicking);
      kicks = WATCHDOG_KICKS_MAX;
      kicking = event.state ? setTimeout(kick, WATCHDOG_KICK_MS) : 0;
      loop.edge(event.state, event.time);
    },
    BUTTON,
    { repeat: true, edge: 'both', debounce: 0 },
  );
}
