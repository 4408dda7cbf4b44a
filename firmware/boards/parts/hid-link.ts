import type { Link } from '../../core/base/ports.ts';
import { HID_PATIENCE_SECONDS } from '../limits.ts';
import { seconds } from './uptime.ts';

/** Id of the report that carries frames; 1 is the keyboard's. */
export const FRAMES_ID = 2;

/** Frames to the computer over HID reports, packed like in `protocol/reports.ts`, with native calls. */
export class HidLink implements Link {
  private readonly chars: number;
  private readonly retryMs: number;
  private readonly put: (report: DeviceBytes) => boolean;
  private readonly again: () => void;
  private waiting: string;
  private until: number;
  private timer: number;

  /**
   * @param chars characters of a frame in one report, after its id and its length
   * @param retryMs how often a report is offered
   * @param put offers a report to the computer; false while the last one is on its way
   */
  constructor(chars: number, retryMs: number, put: (report: DeviceBytes) => boolean) {
    this.chars = chars;
    this.retryMs = retryMs;
    this.put = put;
    // Made once: a debug build of Espruino stops at an arrow function with `this` in a branch that is not taken.
    this.again = () => this.pump();
    this.waiting = '';
    this.until = 0;
    this.timer = 0;
  }

  send(frame: string): void {
    this.waiting += frame;
    this.until = seconds() + HID_PATIENCE_SECONDS;
    if (!this.timer) this.pump();
  }

  /**
   * The next report is accepted once the computer has fetched the last one. A computer that fetches nothing is gone.
   */
  private pump(): void {
    const text = this.waiting.slice(0, this.chars);
    if (this.put([FRAMES_ID, text.length, text, new Uint8Array(this.chars - text.length)])) {
      this.waiting = this.waiting.slice(this.chars);
      this.until = seconds() + HID_PATIENCE_SECONDS;
    } else if (seconds() > this.until) this.waiting = '';
    this.timer = this.waiting ? setTimeout(this.again, this.retryMs) : 0;
  }
}
