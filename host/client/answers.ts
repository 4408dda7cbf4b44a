import type { CommandName, Response } from '@passfob/protocol/commands';
import {
  ACCOUNTS_MAX,
  ATTEMPTS_MAX,
  ATTEMPTS_MIN,
  PAIRING_CODE_SECONDS,
  PERIOD_SECONDS_MAX,
  PIN_DIGITS_MAX,
  PROTOCOL_VERSION,
} from '@passfob/protocol/limits';
import { FobError } from '../errors.ts';
import { UTC_LAST } from '../limits.ts';
import { serialText } from './fob-serial.ts';

/** Smallest and largest value of a number, and a value besides. */
type Limits = readonly [least: number, most: number, besides?: number];

type NumberOf<N extends CommandName> = {
  [F in keyof Response<N>]: Response<N>[F] extends number ? F : never;
}[keyof Response<N>];
/** The commands whose answers have numbers. */
type Counting = { [N in CommandName]: NumberOf<N> extends never ? never : N }[CommandName];

const ANY = [0, Number.MAX_SAFE_INTEGER] as const;
const YES_OR_NO = [0, 1] as const;

/**
 * Every number that a fob may answer with (docs/protocol.md, Commands). Any other is a fault, a forgery or of a later
 * version, and ends the command.
 */
export const ANSWER_LIMITS: { readonly [N in Counting]: { readonly [F in NumberOf<N>]: Limits } } = {
  hello: { version: [1, PROTOCOL_VERSION], state: [0, 3], algorithms: ANY },
  pair: { seconds: [0, PAIRING_CODE_SECONDS] },
  open: { counter: ANY },
  info: { accounts: [0, ACCOUNTS_MAX], freeRecords: [0, ACCOUNTS_MAX], clock: YES_OR_NO, recordBytes: ANY },
  list: {
    health: YES_OR_NO,
    kind: [0, 3],
    algorithm: [0, 3],
    // Length and alphabet: `passcodeText` compares a passcode with them.
    digits: ANY,
    period: [0, PERIOD_SECONDS_MAX],
    counter: ANY,
  },
  code: { counter: ANY, secondsLeft: [0, PERIOD_SECONDS_MAX] },
  clock: { state: [0, 1], utc: [0, UTC_LAST], age: ANY },
  status: {
    pinDigits: [0, PIN_DIGITS_MAX],
    attempts: [ATTEMPTS_MIN, ATTEMPTS_MAX],
    wipe: YES_OR_NO,
    lockSeconds: ANY,
    asks: [0, 7],
    typing: [0, 1, 3],
    pin: [0, 2],
    locked: YES_OR_NO,
    failures: ANY,
    iterations: ANY,
    escrowed: YES_OR_NO,
    wentBack: [0, 2],
    battery: [0, 100, 255],
  },
  respond: { counter: ANY },
  time: { state: [0, 2], utc: [0, UTC_LAST], age: ANY, error: ANY, trim: ANY },
  take: { done: [0, 3] },
};

/** Numbers of an account that are 0 only where its record is damaged. */
const OF_GOOD_ACCOUNTS = ['kind', 'algorithm', 'digits'] as const;

/** @throws FobError `wrong-version` that names the first number outside its limits */
export function checkAnswer<N extends CommandName>(name: N, response: Response<N>): void {
  const limits: Readonly<Record<string, Limits>> = Object.hasOwn(ANSWER_LIMITS, name)
    ? ANSWER_LIMITS[name as Counting]
    : {};
  for (const [field, [least, most, besides]] of Object.entries(limits)) {
    const value = Number(response[field as keyof Response<N>]);
    if ((value >= least && value <= most) || value === besides) continue;
    // A fob of a later version says only who it is.
    if (name === 'hello')
      throw new FobError('wrong-version', { subject: serialText((response as Response<'hello'>).serial) });
    throw unfit(name, field, value);
  }
  if (name !== 'list') return;
  const account = response as Response<'list'>;
  const missing = OF_GOOD_ACCOUNTS.find(field => account.health === 0 && account[field] === 0);
  if (missing !== undefined) throw unfit(name, missing, 0);
}

/** The error for a number that a fob cannot mean. */
export function unfit(name: CommandName, field: string, value: number): FobError {
  return new FobError('wrong-version', {
    sentence: `The fob answered "${name}" with an impossible "${field}": ${value}.`,
  });
}
