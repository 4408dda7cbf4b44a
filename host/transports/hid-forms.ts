import { REPORTED_PACKET_CHARS } from '@passfob/protocol/limits';
import { toReports, toSingleBytes } from '@passfob/protocol/reports';

/** The usage page of frames, from the range for vendors (HID Usage Tables: 0xFF00 and up). */
export const FRAMES_PAGE = 0xff00;

/** How frames are carried in a device's reports. Every form decodes input with `fromReport`. */
export interface HidForm {
  /** The id of the input reports that carry frames. */
  readonly reportId: number;
  /** The id that a program writes before an output report. */
  readonly outputId: number;
  /**
   * Characters of a packet, where it is shorter than on other ports. The system takes reports of one character faster
   * than a radio carries them, and drops them where too many wait: Linux has room for 32 (drivers/hid/uhid.c).
   */
  readonly packetChars?: number;
  /** Output reports without their id. */
  encode(text: string): Uint8Array[];
}

/**
 * Indexed by the usage on the page of frames. Over Bluetooth the output report has id 2 in the descriptor, but BlueZ
 * goes by the id in the characteristic's Report Reference, which Espruino sets to 0 (profiles/input/hog-lib.c,
 * find_report; targets/nrf5x/bluetooth.c, hids_init).
 */
const FORMS: Readonly<Record<number, HidForm>> = {
  1: { reportId: 2, outputId: 2, encode: text => toReports(text) },
  2: { reportId: 2, outputId: 0, packetChars: REPORTED_PACKET_CHARS, encode: toSingleBytes },
};

/**
 * Returns the form of a top-level collection, or undefined if it carries no frames: a keyboard, or another device.
 */
export function formOf(usagePage: number | undefined, usage: number | undefined): HidForm | undefined {
  return usagePage === FRAMES_PAGE && usage !== undefined ? FORMS[usage] : undefined;
}
