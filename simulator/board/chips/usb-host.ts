/**
 * The computer at the other end of the USB cable, as far as HID goes (HID 1.11). It sets the device up a tenth of a
 * second after the cable is plugged in, with the present report descriptor, and fetches one input report each
 * interval. Until it has fetched one, the device cannot send the next.
 */
import type { HidReport, UsbComputer } from '../../base/fob.ts';
import { KEYBOARD_REPORTS_MAX, USB_ENUMERATION_US, USB_HID_INTERVAL_US } from '../../base/limits.ts';
import { addNewest } from '../../base/newest.ts';
import type { Due, Scheduler } from '../../base/time.ts';
import { FRAMES_ID, hasIds, KEYBOARD_ID } from './report-ids.ts';

export class UsbHost {
  plugged = true;
  /** Keyboard reports that the fob typed. */
  readonly keys: HidReport[] = [];
  /** Receives every other report. */
  onFrame: (bytes: Uint8Array) => void = () => {};
  /** Receives the length of each keyboard report. */
  onTyped: (length: number) => void = () => {};
  /** Another computer that sets up and polls the device, if there is one. */
  #computer: UsbComputer | undefined;
  readonly #scheduler: Scheduler;
  readonly #reportBytesMax: number;
  /** The report descriptor that the device offers now. */
  #offered: Uint8Array | undefined;
  /** The report descriptor with which the device was set up. */
  #descriptor: Uint8Array | undefined;
  #settingUp: Due | undefined;
  #fetching: Due | undefined;

  /** @param reportBytesMax bytes of the device's endpoint, ids included; 0 if it has none */
  constructor(scheduler: Scheduler, reportBytesMax: number) {
    this.#scheduler = scheduler;
    this.#reportBytesMax = reportBytesMax;
  }

  /** Whether the computer has set up HID. */
  get ready(): boolean {
    return this.#descriptor !== undefined;
  }

  plug(plugged: boolean, powered: boolean): void {
    this.plugged = plugged;
    if (powered) this.powerOn();
  }

  /** Called when the device gets its supply or its cable. */
  powerOn(): void {
    this.#forget();
    if (!this.plugged || this.#reportBytesMax === 0 || this.#computer) return;
    const scheduler = this.#scheduler;
    this.#settingUp = scheduler.at(scheduler.nowUs + USB_ENUMERATION_US, () => {
      this.#settingUp = undefined;
      this.#descriptor = this.#offered;
    });
  }

  /** Leaves setting up and polling to another computer, or takes both back. */
  serve(computer: UsbComputer | undefined, powered: boolean): void {
    this.#computer = computer;
    this.plug(this.plugged, powered);
  }

  /** The other computer has set the device up, or has undone it. */
  configure(configured: boolean): void {
    this.#forget();
    if (configured && this.plugged) this.#descriptor = this.#offered;
  }

  powerOff(): void {
    this.#forget();
    this.#offered = undefined;
  }

  #forget(): void {
    this.#scheduler.cancel(this.#settingUp);
    this.#scheduler.cancel(this.#fetching);
    this.#settingUp = undefined;
    this.#fetching = undefined;
    this.#descriptor = undefined;
  }

  /** Returns an output report with its id, as the device receives it. */
  addressed(report: Uint8Array): Uint8Array {
    return Uint8Array.of(FRAMES_ID, ...report);
  }

  get offered(): Uint8Array | undefined {
    return this.#reportBytesMax > 0 ? this.#offered : undefined;
  }

  /** `E.setUSBHID` */
  offer(descriptor: Uint8Array | undefined): void {
    this.#offered = descriptor;
  }

  /** `E.sendUSBHID`: false without a computer to fetch the report, or while the last report is not fetched. */
  send(report: Uint8Array): boolean {
    const descriptor = this.#descriptor;
    if (!descriptor || this.#fetching || report.length > this.#reportBytesMax) return false;
    this.#fetchLater(report.slice(), hasIds(descriptor));
    return true;
  }

  /** Offers the report each interval until the computer asks for one. */
  #fetchLater(report: Uint8Array, withId: boolean): void {
    const { nowUs } = this.#scheduler;
    const dueUs = Math.ceil((nowUs + 1) / USB_HID_INTERVAL_US) * USB_HID_INTERVAL_US;
    this.#fetching = this.#scheduler.at(dueUs, () => {
      this.#fetching = undefined;
      if (this.#computer?.isPolling === false) this.#fetchLater(report, withId);
      else this.#fetched(report, withId);
    });
  }

  #fetched(report: Uint8Array, withId: boolean): void {
    this.#computer?.onReport(report);
    const bytes = withId ? report.subarray(1) : report;
    if (withId && report[0] !== KEYBOARD_ID) this.onFrame(bytes);
    else {
      const atMs = Math.floor(this.#scheduler.nowUs / 1000);
      addNewest(this.keys, { atMs, bytes }, KEYBOARD_REPORTS_MAX);
      this.onTyped(bytes.length);
    }
  }
}
