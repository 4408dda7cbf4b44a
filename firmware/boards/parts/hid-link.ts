import type { Link } from '../../core/base/ports.ts';
import { HID_PATIENCE_SECONDS, HID_REPORT_CHARS, HID_RETRY_MS } from '../limits.ts';
import { seconds } from './uptime.ts';

/** Id of the report that carries frames; 1 is the keyboard's. */
const FRAMES_ID = 2;

/** Frames over HID reports, packed like in `protocol/reports.ts`, with native calls. */
export class HidLink implements Link {
  private waiting: string;
  private until: number;
  private timer: number;

  constructor() {
    this.waiting = '';
    this.until = 0;
    this.timer = 0;
  }

  /** Returns the text in a report from the computer, which starts with its id. */
  read(report: string): string {
    return report.charCodeAt(0) === FRAMES_ID ? report.slice(2, 2 + report.charCodeAt(1)) : '';
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
    const text = this.waiting.slice(0, HID_REPORT_CHARS);
    const rest = new Uint8Array(HID_REPORT_CHARS - text.length);
    if (E.sendUSBHID([FRAMES_ID, text.length, text, rest]))
      this.waiting = this.waiting.slice(HID_REPORT_CHARS);
    else if (seconds() > this.until) this.waiting = '';
    this.timer = this.waiting ? setTimeout(() => this.pump(), HID_RETRY_MS) : 0;
  }
}
