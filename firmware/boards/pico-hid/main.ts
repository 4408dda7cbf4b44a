import { HID_REPORT_CHARS, HID_RETRY_MS } from '../limits.ts';
import { start } from '../parts/bus-fob.ts';
import { FRAMES_ID, HidLink } from '../parts/hid-link.ts';

const link = new HidLink(HID_REPORT_CHARS, HID_RETRY_MS, report => E.sendUSBHID(report));
const loop = start(link, [1]);
E.on('HID', report => {
  if (report.charCodeAt(0) === FRAMES_ID) loop.receive(report.slice(2, 2 + report.charCodeAt(1)));
});
