import type { ScreenState } from './control/screen-feed.ts';
import { COUNTDOWN_STEP } from './limits.ts';
import { texts } from './texts.ts';

/** Returns the display's text, safe to print, or the reason why there is none. */
export function screenLines({ powered, on, text }: ScreenState): readonly string[] {
  if (!powered) return [texts.powerOff];
  if (!on) return [texts.screenOff];
  if (text.length === 0) return [texts.nothingShown];
  // The person who enrolled the fob chose the names. They must not move the cursor.
  return text.map(line => line.replace(/\p{Cc}/gu, '·'));
}

/**
 * Whether the screen's text changed by more than a countdown. A screen reader should read out every new code and
 * question, but not each second of a countdown: one number of seconds that fell by a little, with no other change.
 */
export function isWorthSaying(before: readonly string[], after: readonly string[]): boolean {
  const [old, now] = [parts(before), parts(after)];
  if (old.length !== now.length) return true;
  const changed = [...now.keys()].filter(index => old[index] !== now[index]);
  const [first, second] = changed;
  if (first === undefined) return false;
  if (second !== undefined) return true;
  const step = Number(old[first]) - Number(now[first]);
  const isSeconds = /^ ?s\b/.test(now[first + 1] ?? '');
  return !(isSeconds && step > 0 && step <= COUNTDOWN_STEP);
}

/** Splits the text into numbers, at odd positions, and the text between them. */
function parts(text: readonly string[]): string[] {
  return text.join('\n').split(/(\d+)/);
}
