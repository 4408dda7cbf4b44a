import type { Keyboard } from '../../core/base/ports.ts';
import { KEYBOARD_SURE_SECONDS } from '../limits.ts';
import { seconds } from './uptime.ts';

/** A boot keyboard on USB. Its report descriptor is set in `.boot0`, before a computer asks for it. */
export class UsbKeyboard implements Keyboard {
  private readonly head: number[];
  private sentAt: number;

  /** @param head bytes before a report: its id if the device has several, otherwise none */
  constructor(head: number[]) {
    this.head = head;
    this.sentAt = 0;
  }

  /** Sends an empty report with all keys up. Only a computer that has set the device up accepts it. */
  get ready(): boolean {
    // For 10 ms after a report the next one is not accepted.
    return seconds() < this.sentAt + KEYBOARD_SURE_SECONDS || this.report(0);
  }

  report(usage: number): boolean {
    const taken = E.sendUSBHID([this.head, 0, 0, usage, 0, 0, 0, 0, 0]);
    if (taken) this.sentAt = seconds();
    return taken;
  }
}
