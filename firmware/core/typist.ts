import { TYPING_PATIENCE_MS, TYPING_SETTLE_MS, TYPING_STEP_MS } from './limits.ts';
import type { Keyboard } from './ports.ts';
import * as texts from './texts.ts';

/** HID Usage Tables §10: keypad 1 is 0x59, keypad 0 is 0x62, on every layout. The computer has NumLock on. */
const KEYPAD_ENTER = 0x58;

/** Types digits into the computer, one report after the other. What it does not take in time is dropped. */
export class Typist {
  private readonly keyboard: Keyboard;
  private text: string;
  /** Reports sent, and to send: down and up for each key. */
  private sent: number;
  private reports: number;
  dueMs: number;
  private latestMs: number;

  constructor(keyboard: Keyboard) {
    this.keyboard = keyboard;
    this.text = '';
    this.sent = 0;
    this.reports = 0;
    this.dueMs = 0;
    this.latestMs = 0;
  }

  get isTyping(): boolean {
    return this.sent < this.reports;
  }

  /** @param enters whether the Enter key follows */
  start(text: string, enters: boolean, ms: number): void {
    this.text = text;
    this.sent = 0;
    this.reports = (text.length + (enters ? 1 : 0)) * 2;
    this.dueMs = ms + TYPING_SETTLE_MS;
    this.latestMs = this.dueMs + TYPING_PATIENCE_MS;
  }

  /** Nothing more is typed; a key that is down goes up first. */
  stop(): void {
    this.reports = this.sent + (this.sent & 1);
  }

  /** Sends the report that is due. What to tell the person about it. */
  tick(ms: number): string {
    let usage = 0;
    if ((this.sent & 1) === 0) {
      const digit = this.text.charCodeAt(this.sent >> 1) - 48;
      usage = digit >= 0 ? KEYPAD_ENTER + (digit || 10) : KEYPAD_ENTER;
    }
    if (this.keyboard.ready && this.keyboard.report(usage)) {
      this.sent++;
      this.latestMs = ms + TYPING_PATIENCE_MS;
    } else if (!this.keyboard.ready || ms >= this.latestMs) {
      this.reports = 0;
      return texts.NO_COMPUTER;
    }
    this.dueMs = ms + TYPING_STEP_MS;
    return this.isTyping ? texts.TYPING : '';
  }
}
