import { toReports, toSingleBytes } from '@passfob/protocol/reports';

/** The usage page of frames, from the range for vendors (HID Usage Tables: 0xFF00 and up). */
export const FRAMES_PAGE = 0xff00;

/** How frames are carried in a device's reports. Every form decodes input with `fromReport`. */
export interface HidForm {
  /** The id of the reports that carry frames, both ways; 0 if reports have no id. */
  readonly reportId: number;
  /** Output reports without their id. */
  encode(text: string): Uint8Array[];
}

/** Indexed by the usage on the page of frames. Bluetooth HID is untested. */
const FORMS: Readonly<Record<number, HidForm>> = {
  1: { reportId: 2, encode: text => toReports(text) },
  2: { reportId: 0, encode: toSingleBytes },
};

/**
 * Returns the form of a top-level collection, or undefined if it carries no frames: a keyboard, or another device.
 */
export function formOf(usagePage: number | undefined, usage: number | undefined): HidForm | undefined {
  return usagePage === FRAMES_PAGE && usage !== undefined ? FORMS[usage] : undefined;
}
