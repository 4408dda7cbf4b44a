import { Reader, Writer } from '@passfob/protocol/bytes';
import type { Journal } from './journal.ts';
import { ATTEMPTS_DEFAULT, JOURNAL_CONTENT_BYTES, SCREEN_SECONDS_DEFAULT } from './limits.ts';

/** Bits of `State.asks`. */
export const PIN_TO_SHOW = 1;
export const PIN_TO_APPROVE = 2;
export const PIN_TO_SET = 4;

/**
 * State that the fob needs while its records are sealed: the owner's policy, the person's settings, and the counts at
 * the last right PIN.
 */
export class State {
  /** Undefined on a fob without an owner, which stores nothing. */
  declare journal: Journal | undefined;
  /** Policy, as in `setPolicy` of the wire. */
  declare pinDigits: number;
  declare attempts: number;
  declare wipe: number;
  declare lockSeconds: number;
  declare asks: number;
  declare typing: number;
  /** Settings: seconds until the display goes off, brightness from 0 to 2, 1 if type-out is on. */
  declare screenSeconds: number;
  declare light: number;
  declare types: number;
  /** 1 if the owner requires a new PIN. */
  declare renew: number;
  /** Whether the storage was found to be rolled back, as in `status` of the wire. */
  declare wentBack: number;
  /** Attempts in the storage, and in the PIN attempt counter, up to the last right PIN. */
  declare settledAttempts: number;
  declare settledMarks: number;
  /** CRC-32 of the valid vault header. */
  declare headerCrc: number;
  /** Three bytes of the CRC-32 of the recovery header; 0 for none, or for one written before this field existed. */
  declare recoveryCrc: number;

  constructor() {
    this.reset();
  }

  /** Resets to the state for a new owner. */
  reset(): void {
    this.pinDigits = 0;
    this.attempts = ATTEMPTS_DEFAULT;
    this.wipe = 1;
    this.lockSeconds = 0;
    this.asks = 0;
    this.typing = 0;
    this.screenSeconds = SCREEN_SECONDS_DEFAULT;
    this.light = 1;
    this.types = 0;
    this.renew = 0;
    this.wentBack = 0;
    this.settledAttempts = 0;
    this.settledMarks = 0;
    this.headerCrc = 0;
    this.recoveryCrc = 0;
  }

  /** Loads the content of a journal. False if it is empty. */
  load(journal: Journal): boolean {
    this.reset();
    this.journal = journal;
    if (journal.number === 0) return false;
    const from = new Reader(journal.content, 0);
    this.pinDigits = from.number(1);
    this.attempts = from.number(1);
    const flags = from.number(2);
    this.wipe = flags & 1;
    this.typing = (flags >> 1) & 3;
    this.types = (flags >> 3) & 1;
    this.renew = (flags >> 4) & 1;
    this.wentBack = (flags >> 5) & 3;
    this.light = (flags >> 7) & 3;
    this.asks = (flags >> 9) & 7;
    this.lockSeconds = from.number(2);
    this.screenSeconds = from.number(1);
    this.settledAttempts = from.number(3);
    this.settledMarks = from.number(3);
    this.headerCrc = from.number(4);
    this.recoveryCrc = from.number(3);
    return true;
  }

  /** False when storage failed. */
  save(): boolean {
    const journal = this.journal;
    return (
      !!journal &&
      journal.write(
        new Writer(JOURNAL_CONTENT_BYTES)
          .byte(this.pinDigits)
          .byte(this.attempts)
          .number(
            this.wipe |
              (this.typing << 1) |
              (this.types << 3) |
              (this.renew << 4) |
              (this.wentBack << 5) |
              (this.light << 7) |
              (this.asks << 9),
            2,
          )
          .number(this.lockSeconds, 2)
          .byte(this.screenSeconds)
          .number(this.settledAttempts, 3)
          .number(this.settledMarks, 3)
          .number(this.headerCrc, 4)
          .number(this.recoveryCrc, 3).bytes,
      )
    );
  }
}

/** Whether one of the `PIN_` purposes requires the PIN again. */
export function asksPin(policy: State, bit: number): boolean {
  return policy.pinDigits > 0 && (policy.asks & bit) > 0;
}
