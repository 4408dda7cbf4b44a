import { PRESS_DEAF_MS } from '@passfob/protocol/limits';
import { pause } from 'passfob/client/pause';
import { FobError } from 'passfob/errors';
import type { ScreenReading, SimulatorControl } from './control.ts';
import { APPROVE_MS, HOLD_MS, PRESS_SPARE_MS, PRESSES_MAX, READ_MS } from './limits.ts';
import { texts } from './texts.ts';

/** What the display shows. */
type Seen =
  | { readonly kind: 'dark' | 'other' }
  /** An account of the list, and which act shows its passcode. */
  | { readonly kind: 'press' | 'hold'; readonly issuer: string }
  | {
      readonly kind: 'code';
      readonly issuer: string;
      readonly code: string;
      /** Undefined for a passcode that does not expire. */
      readonly secondsLeft: number | undefined;
    };

/** A passcode as read from the display. */
export type ReadPasscode = Omit<Extract<Seen, { kind: 'code' }>, 'kind'>;

/** The fob's hint texts, which tell its user what a press or hold does. */
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

/** Whether the display means this name; it ends a long name with dots. */
function isNamed(shown: string, name: string): boolean {
  return shown === name || (shown.endsWith('..') && name.startsWith(shown.slice(0, -2)));
}

/** Returns the part of the screen that stays the same during a countdown. */
function standing(screen: ScreenReading): string {
  const seen = see(screen);
  return JSON.stringify(seen.kind === 'code' ? [seen.kind, seen.issuer] : [seen, screen.text]);
}

/**
 * Presses the button to dismiss messages until an account is shown; a dark display stays dark.
 * @throws FobError as `SimulatorControl.untilScreen`
 */
export async function leaveMessage(control: SimulatorControl): Promise<void> {
  for (let presses = 0; presses < PRESSES_MAX; presses++) {
    const screen = await control.look();
    if (see(screen).kind !== 'other') return;
    await pause(READ_MS);
    await press(control, screen);
  }
}

/** Presses the button on a given screen, and waits for the next screen. */
async function press(control: SimulatorControl, under: ScreenReading, heldMs?: number): Promise<void> {
  await control.ask({ do: 'press', ...(heldMs !== undefined && { heldMs }) });
  await control.untilScreen(screen => standing(screen) !== standing(under), texts.screens.next);
}

/** The fob's hint below a question. */
const QUESTION_HINT = 'Hold: yes  Press: no';
const REPORT_IT = 'Report it?';

/** A person's answer to a question; `report` is a no given twice. */
export type PersonDecision = 'yes' | 'no' | 'report';

/**
 * Waits for a question on the display, reads it, and answers. The button is ignored for a moment after a question
 * appears.
 * @returns the lines of the question
 * @throws FobError as `SimulatorControl.untilScreen`
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

/** Whether the fob shows that a question was answered with yes. */
export function isApprovedShown({ text }: ScreenReading): boolean {
  return text.includes('Approved.');
}

/** Whether the fob asks a question. */
function isQuestionShown({ text }: ScreenReading): boolean {
  return text.includes(QUESTION_HINT);
}

/** Reads the pairing code from the display, in its groups. @throws FobError as `SimulatorControl.untilScreen` */
export async function readPairingCode(control: SimulatorControl): Promise<string> {
  const linesOf = ({ text }: ScreenReading) => text.filter(line => CODE_LINE.test(line));
  const screen = await control.untilScreen(
    shown => linesOf(shown).length === CODE_LINES,
    texts.screens.pairingCode,
  );
  return linesOf(screen).join(' ');
}

/**
 * Makes the fob show a new passcode of an account, and reads it: reads the display, follows its hint, reads again.
 * @throws FobError `no-answer` if no passcode appears, and as `SimulatorControl.untilScreen`
 */
export async function readPasscode(control: SimulatorControl, issuer: string): Promise<ReadPasscode> {
  let isAsked = false;
  for (let presses = 0; presses < PRESSES_MAX; presses++) {
    const screen = await control.look();
    const seen = see(screen);
    // A passcode that is already shown may have been read before, perhaps by another person.
    if (seen.kind === 'code' && isAsked && isNamed(seen.issuer, issuer)) return seen;
    const isWanted = 'issuer' in seen && isNamed(seen.issuer, issuer);
    isAsked = isWanted && seen.kind !== 'code';
    await press(control, screen, isAsked && seen.kind === 'hold' ? HOLD_MS : undefined);
  }
  throw new FobError('no-answer', texts.errors.screenMissing(texts.screens.passcode(issuer)));
}
