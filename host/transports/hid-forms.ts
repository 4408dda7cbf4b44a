import { toReports, toSingleBytes } from '@passfob/protocol/reports';

/** The usage page of frames, which is nobody's (HID Usage Tables: 0xFF00 and up are for vendors). */
export const FRAMES_PAGE = 0xff00;

/** How frames go over the reports of a device. What comes is read by `fromReport` in every form. */
export interface HidForm {
  /** Of the reports that carry frames, both ways; 0 where reports have none. */
  readonly reportId: number;
  /** Output reports without their id. */
  encode(text: string): Uint8Array[];
}

/** By the usage on the page of frames. Bluetooth HID is untried. */
const FORMS: Readonly<Record<number, HidForm>> = {
  1: { reportId: 2, encode: text => toReports(text) },
  2: { reportId: 0, encode: toSingleBytes },
};

/** The form of a top-level collection, or undefined where it carries no frames: a keyboard's, a stranger's. */
export function formOf(usagePage: number | undefined, usage: number | undefined): HidForm | undefined {
  return usagePage === FRAMES_PAGE && usage !== undefined ? FORMS[usage] : undefined;
}
