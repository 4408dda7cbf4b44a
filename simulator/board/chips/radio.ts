import type { BluetoothHost } from '../../base/fob.ts';
import {
  HID_OUTPUT_MAX_BYTES,
  HID_REPORT_MAX_BYTES,
  HID_SENT_MS,
  KEYBOARD_REPORTS_MAX,
} from '../../base/limits.ts';
import { addNewest } from '../../base/newest.ts';
import { FRAMES_ID, hasIds } from './report-ids.ts';

/**
 * Bluetooth as far as HID needs it (bluetooth.c): one characteristic each way, both with id 0 in their Report
 * Reference. Text of the UART does not pass here: the simulated UART has no Bluetooth connection to lose.
 */
export class Radio implements BluetoothHost {
  readonly #after: (us: number, action: () => void) => void;
  readonly reports: Uint8Array[] = [];
  readonly #listeners = new Set<(value: Uint8Array) => void>();
  /** Receives the reports that carry frames, without their id. */
  onFrame: (bytes: Uint8Array) => void = () => {};
  /** Receives the length of each keyboard report. */
  onTyped: (length: number) => void = () => {};
  /**
   * Requested by the image. It takes effect at the next restart of the radio, which waits until no computer is
   * connected.
   */
  #wanted: Uint8Array | undefined;
  #offered: Uint8Array | undefined;
  #connected = false;
  #bonded = false;
  #sending = false;

  constructor(after: (us: number, action: () => void) => void) {
    this.#after = after;
  }

  get offered(): boolean {
    return this.#offered !== undefined;
  }

  get reportDescriptor(): Uint8Array | undefined {
    return this.#offered;
  }

  onReport(listener: (value: Uint8Array) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Bonded: a keyboard sends its reports only over an encrypted connection. */
  get encrypted(): boolean {
    return this.#connected && this.#bonded;
  }

  connect(bonded: boolean): void {
    this.#connected = true;
    this.#bonded = bonded;
  }

  disconnect(): void {
    this.#connected = false;
    this.#sending = false;
    this.#offered = this.#wanted;
  }

  /** Whether a write to the output report succeeds: it needs a bond, and a longer value is an error of ATT. */
  takes(report: Uint8Array): boolean {
    return this.offered && this.encrypted && report.length === HID_OUTPUT_MAX_BYTES;
  }

  offer(wanted: Uint8Array | undefined): void {
    this.#wanted = wanted;
    if (!this.#connected) this.#offered = wanted;
  }

  /** Sends a report and calls `sent` when it has arrived. Returns undefined, or the reason why it was not sent. */
  send(report: Uint8Array, sent: () => void): string | undefined {
    if (!this.#offered) return 'BLE HID not enabled';
    if (!this.#connected) return 'Not connected';
    if (this.#sending) return 'BLE HID already sending';
    if (report.length > HID_REPORT_MAX_BYTES) {
      return `BLE HID report too long - max length = ${HID_REPORT_MAX_BYTES}`;
    }
    this.#sending = true;
    this.#after(HID_SENT_MS * 1000, () => {
      if (!this.#sending) return;
      this.#sending = false;
      this.#arrived(report);
      sent();
    });
    return undefined;
  }

  #arrived(value: Uint8Array): void {
    for (const listener of [...this.#listeners]) listener(value);
    const withId = this.#offered !== undefined && hasIds(this.#offered);
    const bytes = withId ? value.subarray(1) : value;
    if (withId && value[0] === FRAMES_ID) this.onFrame(bytes);
    else {
      addNewest(this.reports, bytes, KEYBOARD_REPORTS_MAX);
      this.onTyped(bytes.length);
    }
  }

  powerOff(): void {
    this.#wanted = undefined;
    this.#sending = false;
    this.#offered = undefined;
    this.#connected = false;
  }
}
