import type { Response } from '@passfob/protocol/commands';
import { FobError } from '../errors.ts';

/** What the owner wants of a fob's PIN. */
export interface Policy {
  /** Fewest digits of a PIN; 0: none is asked for. */
  readonly pinDigits: number;
  /** Wrong PINs until `onLimit` happens. */
  readonly attempts: number;
  readonly onLimit: 'wipe' | 'lock';
  /** Locked so long after the last key; 0: when the display goes off. */
  readonly lockAfterSeconds: number;
  /** What the PIN is asked for, besides opening the fob. */
  readonly ask: readonly PinUse[];
  /** Whether the fob may type passcodes into a computer, and Enter behind them. */
  readonly typing: 'never' | 'allowed' | 'enter';
}

export type PinUse = keyof typeof PIN_USE_BITS;

/** What a fob says about its PIN, its memory and its battery. */
export interface FobStatus {
  readonly policy: Policy;
  readonly pin: 'none' | 'set' | 'to-be-chosen';
  readonly isLocked: boolean;
  /** Wrong PINs since the last right one. */
  readonly failures: number;
  /** Rounds by which the PIN is stretched; 1: it guards the keys only. */
  readonly iterations: number;
  /** Whether the owner can reset the PIN. */
  readonly canBeReset: boolean;
  /** Whether an older content of the memory was put back; `unknown` after the part that would know lost its power. */
  readonly wentBack: 'no' | 'yes' | 'unknown';
  /** Absent where the board measures none. */
  readonly batteryPercent?: number;
}

const PINS = ['none', 'set', 'to-be-chosen'] as const;
const WENT_BACK = ['no', 'yes', 'unknown'] as const;
const NO_BATTERY = 255;
export const PIN_USE_BITS = { passcode: 1, approval: 2, settings: 4 } as const;
const TYPING = { never: 0, allowed: 1, enter: 3 } as const satisfies Record<Policy['typing'], number>;

/** @throws FobError `wrong-version` for a number that this passfob has no word for */
export function statusOf(status: Response<'status'>): FobStatus {
  const typing = (['never', 'allowed', 'enter'] as const).find(name => TYPING[name] === status.typing);
  const pin = PINS[status.pin];
  const wentBack = WENT_BACK[status.wentBack];
  if (typing === undefined || pin === undefined || wentBack === undefined) {
    throw new FobError('wrong-version');
  }
  return {
    policy: {
      pinDigits: status.pinDigits,
      attempts: status.attempts,
      onLimit: status.wipe === 1 ? 'wipe' : 'lock',
      lockAfterSeconds: status.lockSeconds,
      ask: (Object.keys(PIN_USE_BITS) as PinUse[]).filter(name => (status.asks & PIN_USE_BITS[name]) !== 0),
      typing,
    },
    pin,
    isLocked: status.locked !== 0,
    failures: status.failures,
    iterations: status.iterations,
    canBeReset: status.escrowed !== 0,
    wentBack,
    ...(status.battery !== NO_BATTERY && { batteryPercent: status.battery }),
  };
}

/** The policy as the wire has it. */
export function policyRequest({ pinDigits, attempts, onLimit, lockAfterSeconds, ask, typing }: Policy) {
  return {
    pinDigits,
    attempts,
    wipe: onLimit === 'wipe' ? 1 : 0,
    lockSeconds: lockAfterSeconds,
    asks: ask.reduce((sum, name) => sum | PIN_USE_BITS[name], 0),
    typing: TYPING[typing],
  };
}
