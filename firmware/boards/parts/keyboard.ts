import type { Keyboard } from '../../core/base/ports.ts';
import { KEYBOARD_SURE_SECONDS } from '../limits.ts';

/** A boot keyboard on USB. Its report descriptor is set in `.boot0`, before a computer asks for it. */
export class UsbKeyboard implements Keyboard {
  private readonly head: number[];
  private sentAt: number;

  /** @param head what stands before a report: its id where the device has several, else nothing */
  constructor(head: number[]) {
    this.head = head;
    this.sentAt = 0;
  }

  /** Asked by a report that says nothing, all keys up: it is taken by a computer that has set the device up. */
  get ready(): boolean {
    // For 10 ms after a report the next one is not taken.
    return getTime() < this.sentAt + KEYBOARD_SURE_SECONDS || this.report(0);
  }

  report(usage: number): boolean {
    const taken = E.sendUSBHID([this.head, 0, 0, usage, 0, 0, 0, 0, 0]);
    if (taken) this.sentAt = getTime();
    return taken;
  }
}
