import { PACKET_ANSWER, REPORTED_PACKET_CHARS } from '@passfob/protocol/limits';
import type { Keyboard, Link } from '../../core/base/ports.ts';
import { BLE_HID_CHARS, BLE_HID_RETRY_MS } from '../limits.ts';
import { HidLink } from '../parts/hid-link.ts';

/**
 * Reports of one device: 1 a boot keyboard without lights (HID 1.11, appendix B.1), 2 frames, 15 bytes to the computer
 * and 1 byte from it, of a vendor-defined usage page (0xFF00). Espruino has one characteristic each way, whose Report
 * Reference says id 0 (bluetooth.c, hids_init): so a value to the computer begins with its id, and the byte from it
 * has none.
 */
const DESCRIPTOR =
  'BQEJBqEBhQEFBxngKecVACUBdQGVCIEClQF1CIEBlQYlZRkAKWWBAMAGAP8JAqEBhQIJARUAJv8AdQiVD4ECCQKVAZECwA==';

const NEWLINE = 10;

/** Lets a computer pair with the watch as a HID device. The radio restarts for it when nobody is connected. */
export function offerHid(): void {
  NRF.setServices(undefined, { hid: E.toUint8Array(atob(DESCRIPTOR)) });
}

/** Returns false if no computer is connected, or the last report is still on its way. */
function put(report: DeviceBytes): boolean {
  try {
    NRF.sendHIDReport(report);
    return true;
  } catch {
    return false;
  }
}

/** A keyboard over Bluetooth. */
export class BleKeyboard implements Keyboard {
  /** A computer accepts keys only over an encrypted connection (HID over GATT 1.0 §6), which a relay does not need. */
  get ready(): boolean {
    const status = NRF.getSecurityStatus();
    return !!status.connected && !!status.encrypted;
  }

  report(usage: number): boolean {
    return put([1, 0, 0, usage, 0, 0, 0, 0, 0]);
  }
}

/**
 * Frames over the reports of a bonded computer.
 * @param receive called with characters from the computer, and with the link that answers there
 */
export function listenToReports(receive: (text: string, link: Link) => void): void {
  const link = new HidLink(BLE_HID_CHARS, BLE_HID_RETRY_MS, put);
  let heard = '';
  NRF.on('HID', byte => {
    heard += String.fromCharCode(byte);
    if (byte !== NEWLINE && heard.length < REPORTED_PACKET_CHARS) return;
    const text = heard;
    heard = '';
    // A port's events are packets; here the watch tells itself where one ends.
    link.send(String.fromCharCode(PACKET_ANSWER));
    receive(text, link);
  });
}
