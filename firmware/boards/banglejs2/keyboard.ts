import type { Keyboard } from '../../core/base/ports.ts';

/** Report descriptor of a keyboard with the report of the boot protocol (HID 1.11, appendix B.1), without lights. */
const DESCRIPTOR = [
  0x05, 1, 0x09, 6, 0xa1, 1, 0x05, 7, 0x19, 0xe0, 0x29, 0xe7, 0x15, 0, 0x25, 1, 0x75, 1, 0x95, 8, 0x81, 2,
  0x95, 1, 0x75, 8, 0x81, 1, 0x95, 6, 0x75, 8, 0x15, 0, 0x25, 0x73, 0x05, 7, 0x19, 0, 0x29, 0x73, 0x81, 0,
  0xc0,
];

/**
 * A keyboard over Bluetooth. It offers its service from the first query of `ready`, because nearby computers take a
 * watch that offers the service for a keyboard.
 */
export class BleKeyboard implements Keyboard {
  private offered: boolean;

  constructor() {
    this.offered = false;
  }

  get ready(): boolean {
    if (!this.offered) {
      this.offered = true;
      NRF.setServices(undefined, { hid: new Uint8Array(DESCRIPTOR) });
    }
    // A computer accepts keys only over an encrypted connection (HID over GATT 1.0 §6), which a relay does not need.
    const status = NRF.getSecurityStatus();
    return !!status.connected && !!status.encrypted;
  }

  report(usage: number): boolean {
    try {
      NRF.sendHIDReport([0, 0, usage, 0, 0, 0, 0, 0]);
      return true;
    } catch {
      // No computer is connected any more, or the last report is still on its way.
      return false;
    }
  }
}
