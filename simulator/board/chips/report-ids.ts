/** Item tags of a report descriptor (HID 1.11 §6.2.2), without their two bits of size. */
const LONG_ITEM = 0xfe;
const REPORT_ID = 0x84;

/** Ids of the reports of boards that carry frames over HID. */
export const KEYBOARD_ID = 1;
export const FRAMES_ID = 2;

/** Whether reports of this descriptor begin with an id. */
export function hasIds(descriptor: Uint8Array): boolean {
  for (let at = 0; at < descriptor.length; ) {
    const item = descriptor[at] ?? LONG_ITEM;
    if (item === LONG_ITEM) return false;
    if ((item & 0xfc) === REPORT_ID) return true;
    at += 1 + ((item & 3) === 3 ? 4 : item & 3);
  }
  return false;
}
