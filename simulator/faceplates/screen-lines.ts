import type { ScreenState } from '../control/screen-feed.ts';
import { COUNTDOWN_STEP } from './limits.ts';
import { texts } from './texts.ts';

/** What the display says, in words safe to print: its text, or why there is none. */
export function screenLines({ powered, on, text }: ScreenState): readonly string[] {
  if (!powered) return [texts.powerOff];
  if (!on) return [texts.screenOff];
  if (text.length === 0) return [texts.nothingShown];
  // Names come from whoever enrolled the fob: they may not move the cursor.
  return text.map(line => line.replace(/\p{Cc}/gu, '·'));
}

/**
 * Whether the screen's text changed by more than a countdown. Someone who listens wants every new code and
 * question read out, and not each second that it has left: one number of seconds that fell by a little, with all
 * else as before.
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

/** The text cut into numbers, at odd places, and what is between them. */
function parts(text: readonly string[]): string[] {
  return text.join('\n').split(/(\d+)/);
}
