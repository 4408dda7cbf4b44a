import type { BluetoothHost } from '../base/fob.ts';
import { HID_REPORT_MAX_BYTES, HID_SENT_MS } from '../base/limits.ts';

/**
 * Bluetooth as far as a keyboard needs it (bluetooth.c). Frames do not pass here: the simulated UART has no Bluetooth
 * connection to lose.
 */
export class Radio implements BluetoothHost {
  readonly #after: (us: number, action: () => void) => void;
  readonly reports: Uint8Array[] = [];
  /**
   * Requested by the image. It takes effect at the next restart of the radio, which waits until no computer is
   * connected.
   */
  #wanted = false;
  #offered = false;
  #connected = false;
  #bonded = false;
  #sending = false;

  constructor(after: (us: number, action: () => void) => void) {
    this.#after = after;
  }

  get offered(): boolean {
    return this.#offered;
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

  offer(wanted: boolean): void {
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
      this.reports.push(report);
      sent();
    });
    return undefined;
  }

  powerOff(): void {
    this.#wanted = false;
    this.#sending = false;
    this.#offered = false;
    this.#connected = false;
  }
}
