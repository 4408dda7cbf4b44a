import { PRESS_DEAF_MS } from '@passfob/protocol/limits';
import { pause } from 'passfob/client/pause';
import { FobError } from 'passfob/errors';
import type { ScreenReading, SimulatorControl } from './control.ts';
import { APPROVE_MS, HOLD_MS, PRESS_SPARE_MS, PRESSES_MAX } from './limits.ts';
import { texts } from './texts.ts';

/** What a person sees on the display. */
type Seen =
  | { readonly kind: 'dark' | 'other' }
  /** An account of the list, and how the display says its passcode is had. */
  | { readonly kind: 'press' | 'hold'; readonly issuer: string }
  | {
      readonly kind: 'code';
      readonly issuer: string;
      readonly code: string;
      /** Undefined for a passcode that does not run out. */
      readonly secondsLeft: number | undefined;
    };

/** A passcode as a person takes it from the display. */
export type ReadPasscode = Omit<Extract<Seen, { kind: 'code' }>, 'kind'>;

/** The fob's own words, by which its user knows what a press will do. */
const HINTS: Readonly<Record<string, 'press' | 'hold'>> = {
  'Press: passcode': 'press',
  'Hold: passcode': 'hold',
};

/** Six to eight digits, in groups. */
const PASSCODE = /^\d[\d ]{4,9}\d$/;
/** Two groups of three; the display has three such lines. */
const CODE_LINE = /^[a-z\d]{3} [a-z\d]{3}$/;
const CODE_LINES = 3;

function see({ powered, on, text }: ScreenReading): Seen {
  if (!powered || !on) return { kind: 'dark' };
  const [issuer = ''] = text;
  const code = text.find(line => PASSCODE.test(line));
  if (code !== undefined) {
    const seconds = /^(\d+)s$/.exec(text.at(-1) ?? '')?.[1];
    return {
      kind: 'code',
      issuer,
      code: code.replaceAll(' ', ''),
      secondsLeft: seconds === undefined ? undefined : Number(seconds),
    };
  }
  const hint = text.map(line => HINTS[line]).find(kind => kind !== undefined);
  return hint === undefined ? { kind: 'other' } : { kind: hint, issuer };
}

/** Whether a passcode can be read from the display. */
export function isPasscodeShown(screen: ScreenReading): boolean {
  return see(screen).kind === 'code';
}

/** Whether the display means this name, which it cuts with dots where it does not fit. */
function isNamed(shown: string, name: string): boolean {
  return shown === name || (shown.endsWith('..') && name.startsWith(shown.slice(0, -2)));
}

/** What stays the same while a countdown runs. */
function standing(screen: ScreenReading): string {
  const seen = see(screen);
  return JSON.stringify(seen.kind === 'code' ? [seen.kind, seen.issuer] : [seen, screen.text]);
}

/**
 * Presses away what the fob says after work on it, until an account stands there; a dark display stays dark.
 * @throws FobError as `Control.untilScreen`
 */
export async function leaveMessage(control: SimulatorControl): Promise<void> {
  for (let presses = 0; presses < PRESSES_MAX; presses++) {
    const screen = await control.look();
    if (see(screen).kind !== 'other') return;
    await press(control, screen);
  }
}

/** Presses the button under a screen, and waits for the next. */
async function press(control: SimulatorControl, under: ScreenReading, heldMs?: number): Promise<void> {
  await control.ask({ do: 'press', ...(heldMs !== undefined && { heldMs }) });
  await control.untilScreen(screen => standing(screen) !== standing(under), texts.screens.next);
}

/** The fob's own words under a question. */
const QUESTION_HINT = 'Hold: yes  Press: no';
const REPORT_IT = 'Report it?';

/** What a person says to a question; a report is a no that is said twice. */
export type PersonDecision = 'yes' | 'no' | 'report';

/**
 * Waits for a question on the display, reads it, and answers. Keys are deaf for a moment after it has appeared.
 * @returns what was asked, line by line
 * @throws FobError as `Control.untilScreen`
 */
export async function decide(control: SimulatorControl, says: PersonDecision): Promise<readonly string[]> {
  const { text } = await control.untilScreen(isQuestionShown, texts.screens.question);
  for (let presses = 0; presses < PRESSES_MAX; presses++) {
    const screen = await control.look();
    if (!isQuestionShown(screen)) break;
    const isHeld = says === 'yes' || (says === 'report' && screen.text.join(' ').includes(REPORT_IT));
    await pause(PRESS_DEAF_MS + PRESS_SPARE_MS);
    await control.ask({ do: 'press', ...(isHeld && { heldMs: APPROVE_MS }) });
  }
  return text;
}

/** Whether the fob says that a question was answered by a yes. */
export function isApprovedShown({ text }: ScreenReading): boolean {
  return text.includes('Approved.');
}

/** Whether the fob asks something. */
function isQuestionShown({ text }: ScreenReading): boolean {
  return text.includes(QUESTION_HINT);
}

/** The pairing code on the display, in its groups. @throws FobError as `Control.untilScreen` */
export async function readPairingCode(control: SimulatorControl): Promise<string> {
  const linesOf = ({ text }: ScreenReading) => text.filter(line => CODE_LINE.test(line));
  const screen = await control.untilScreen(
    shown => linesOf(shown).length === CODE_LINES,
    texts.screens.pairingCode,
  );
  return linesOf(screen).join(' ');
}

/**
 * Has the fob show a new passcode of an account, and reads it: looks at the display, does what it says, looks again.
 * @throws FobError `no-answer` where the fob does not come to it, and as `Control.untilScreen`
 */
export async function readPasscode(control: SimulatorControl, issuer: string): Promise<ReadPasscode> {
  let isAsked = false;
  for (let presses = 0; presses < PRESSES_MAX; presses++) {
    const screen = await control.look();
    const seen = see(screen);
    // One that stands there already was read before, perhaps by somebody else.
    if (seen.kind === 'code' && isAsked && isNamed(seen.issuer, issuer)) return seen;
    const isWanted = 'issuer' in seen && isNamed(seen.issuer, issuer);
    isAsked = isWanted && seen.kind !== 'code';
    await press(control, screen, isAsked && seen.kind === 'hold' ? HOLD_MS : undefined);
  }
  throw new FobError('no-answer', texts.errors.screenMissing(texts.screens.passcode(issuer)));
}
