import {
  BANGLE_NEVER_LOCKS_MS,
  BANGLE_SIDE,
  DEBOUNCE_MS,
  WATCHDOG_KICK_MS,
  WATCHDOG_KICKS_MAX,
} from '../limits.ts';

/** Keys of the core. */
const MAIN = 0;
const NEXT = 1;
const PREVIOUS = 2;
const BACK = 3;

/**
 * The button is the main key; a tap on the lower half of the screen is next, on the upper half previous, and a swipe
 * to the right back. Taps and swipes come when they are over: down and up at once.
 * @param key told which key went down or up
 */
export function listenToKeys(key: (which: number, down: boolean) => void): void {
  // Display and lock are the core's business, and a button held for 1.5 s is no wish for another application.
  Bangle.setOptions({
    lockTimeout: BANGLE_NEVER_LOCKS_MS,
    lcdPowerTimeout: 0,
    backlightTimeout: 0,
    btnLoadTimeout: 0,
  });
  Bangle.setLocked(false);

  const tap = (which: number) => {
    key(which, true);
    key(which, false);
  };
  // The press that unlocks is not given to watches.
  Bangle.on('lock', (_locked, reason) => {
    if (reason === 'button') tap(MAIN);
  });
  Bangle.on('touch', (_button, xy) => tap(xy.y < BANGLE_SIDE / 2 ? PREVIOUS : NEXT));
  Bangle.on('swipe', directionX => {
    if (directionX > 0) tap(BACK);
  });

  let kicking = 0;
  let kicks = 0;
  // While the button is down nobody else does, and the longest hold is longer than the watchdog.
  const kick = () => {
    E.kickWatchdog();
    kicking = --kicks > 0 ? setTimeout(kick, WATCHDOG_KICK_MS) : 0;
  };
  setWatch(
    event => {
      if (kicking) clearTimeout(kicking);
      kicks = WATCHDOG_KICKS_MAX;
      kicking = event.state ? setTimeout(kick, WATCHDOG_KICK_MS) : 0;
      key(MAIN, event.state);
    },
    BTN1,
    { repeat: true, edge: 'both', debounce: DEBOUNCE_MS },
  );
}
