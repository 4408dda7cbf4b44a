import { FAR, TYPING_PATIENCE_MS, TYPING_SETTLE_MS, TYPING_STEP_MS } from './base/limits.ts';
import type { Keyboard } from './base/ports.ts';
import * as texts from './base/texts.ts';

/** HID Usage Tables §10: keypad 1 is 0x59, keypad 0 is 0x62, on every layout. The computer has NumLock on. */
const KEYPAD_ENTER = 0x58;

/**
 * Types digits into the computer, one report after the other. Drops the rest if the computer does not take a report
 * in time.
 */
export class Typist {
  private readonly keyboard: Keyboard;
  private text: string;
  /** Reports sent, and reports in total: down and up for each key. */
  private sent: number;
  private reports: number;
  /** Time of the next report; `FAR` if there is none. */
  deadline: number;
  private latestMs: number;

  constructor(keyboard: Keyboard) {
    this.keyboard = keyboard;
    this.text = '';
    this.sent = 0;
    this.reports = 0;
    this.deadline = FAR;
    this.latestMs = 0;
  }

  /** @param text digits, and a colon for the Enter key */
  start(text: string, ms: number): void {
    this.text = text;
    this.sent = 0;
    this.reports = text.length * 2;
    this.deadline = ms + TYPING_SETTLE_MS;
    this.latestMs = this.deadline + TYPING_PATIENCE_MS;
  }

  /** Stops typing; a key that is down is released first. */
  stop(): void {
    this.reports = this.sent + (this.sent & 1);
  }

  /** Sends the report that is due. Returns a message for the person. */
  tick(ms: number): string {
    this.deadline = FAR;
    if (this.sent >= this.reports) return '';
    const keyboard = this.keyboard;
    const digit = this.text.charCodeAt(this.sent >> 1) - 48;
    const usage = this.sent & 1 ? 0 : KEYPAD_ENTER + (digit > 9 ? 0 : digit || 10);
    if (keyboard.ready && keyboard.report(usage)) {
      this.sent++;
      this.latestMs = ms + TYPING_PATIENCE_MS;
    } else if (!keyboard.ready || ms >= this.latestMs) return texts.NO_COMPUTER;
    this.deadline = ms + TYPING_STEP_MS;
    return texts.TYPING;
  }
}
